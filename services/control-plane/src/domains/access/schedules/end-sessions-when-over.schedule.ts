// A session that ran out ends by itself: its sockets close, and the ledger says when and why.
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Sessions } from '../sessions.ts';

const EVERY_MS = 3000;

@Injectable()
export class EndSessionsWhenOver implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #log = new Logger('Sessions');
  #timer: NodeJS.Timeout | undefined;

  constructor(@Inject(Sessions) private readonly sessions: Sessions) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => {
      this.sessions
        .endWhatIsOver()
        .catch((error: unknown) => this.#log.error(`sessions that are over could not be ended: ${String(error)}`));
    }, EVERY_MS);
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }
}
