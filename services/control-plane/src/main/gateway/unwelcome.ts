// A server that was retired or quarantined while it is connected is shown the door, by whichever gateway holds it, and so is
// a connection under a key that was replaced. Asked of the database and not of a hint: it must happen also when Redis is away.
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ServerAuthority } from '../../domains/servers/index.ts';
import { LINK_SERVER, type LinkServer } from '../../platform/agent-link/link-server.ts';

const LOOK_MS = 2000;
const REASONS = {
  retired: 'This server was retired',
  quarantined: 'This identity was used from two machines. An operator has to look',
  replaced: 'This server has another key by now',
} as const;

@Injectable()
export class Unwelcome implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #log = new Logger('Unwelcome');
  #timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(LINK_SERVER) private readonly link: LinkServer,
    @Inject(ServerAuthority) private readonly servers: ServerAuthority,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => {
      this.look().catch((error: unknown) =>
        this.#log.error(`could not look for servers that must go: ${String(error)}`),
      );
    }, LOOK_MS);
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  async look(): Promise<void> {
    const connected = [...this.link.sessions()].map((session) => session.server);
    for (const { serverId, agentKey, status } of await this.servers.unwelcome(connected)) {
      // It may have dialled again meanwhile, with a key that counts.
      if (this.link.session(serverId)?.server.agentKey === agentKey) {
        this.link.dismiss(serverId, status, REASONS[status]);
      }
    }
  }
}
