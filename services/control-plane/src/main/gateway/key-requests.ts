// Tells servers connected here that an operator wants a new identity key of them. Asked of the database and not of a hint:
// a request must not be lost with Redis, and it waits for servers that are away.
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ServerKeys } from '../../domains/servers/index.ts';
import { GATEWAY_ID } from '../../platform/agent-link/gateway-id.ts';
import { LINK_SERVER, type LinkServer } from '../../platform/agent-link/link-server.ts';
import type { LinkSession } from '../../platform/agent-link/link-session.ts';

const LOOK_MS = 2000;

@Injectable()
export class KeyRequests implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #log = new Logger('KeyRequests');
  /** Once per connection: an agent that does not take it up now says why in its own log. */
  readonly #told = new WeakMap<LinkSession, string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(LINK_SERVER) private readonly link: LinkServer,
    @Inject(ServerKeys) private readonly keys: ServerKeys,
    @Inject(GATEWAY_ID) private readonly gatewayId: string,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => {
      this.look().catch((error: unknown) => this.#log.error(`could not look for wanted keys: ${String(error)}`));
    }, LOOK_MS);
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  async look(): Promise<void> {
    for (const { serverId, rotation } of await this.keys.asked(this.gatewayId)) {
      const session = this.link.session(serverId);
      if (session === undefined || this.#told.get(session) === rotation) continue;
      this.#told.set(session, rotation);
      session.send({ t: 'rotate-key', rotation });
    }
  }
}
