// A server that was retired or quarantined while it is connected is shown the door, by whichever gateway holds it. Asked
// of the database and not of a hint: it must happen also when Redis is away.
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ServerAuthority } from '../../domains/servers/index.ts';
import { LINK_SERVER, type LinkServer } from '../../platform/agent-link/link-server.ts';

const LOOK_MS = 2000;

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
    const connected = [...this.link.sessions()].map((session) => session.server.serverId);
    for (const { serverId, status } of await this.servers.unwelcome(connected)) {
      if (status === 'retired') this.link.dismiss(serverId, 'retired', 'This server was retired');
      else
        this.link.dismiss(serverId, 'quarantined', 'This identity was used from two machines. An operator has to look');
    }
  }
}
