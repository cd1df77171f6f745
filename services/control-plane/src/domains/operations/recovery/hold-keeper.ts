// Ends the hold of a restore once every server that may be given tasks has shown its journal. A server that does not come
// back keeps it standing: whether to wait for it is a person's decision (ResumeDispatch, `muster resume`).
import { DispatchResumed } from '@muster/contracts/operations';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { WORKER_STORE } from '../../../platform/composition/tokens.ts';
import { WORKER_DATABASE, type Connection } from '../../../platform/database/database.ts';
import type { EventStore, HintBus } from '../../../platform/event-store/index.ts';
import { HINTS } from '../../../platform/hints/hints.ts';
import { TASKS_REQUESTED } from '../operation-requests.ts';
import { currentHold } from './dispatch-hold.ts';
import { progressOf } from './progress.ts';
import { recordRecovery } from './recovery-log.ts';

const LOOK_EVERY_MS = 1000;

@Injectable()
export class HoldKeeper implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #log = new Logger('Recovery');
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(
    @Inject(WORKER_DATABASE) private readonly database: Connection,
    @Inject(WORKER_STORE) private readonly store: EventStore,
    @Inject(HINTS) private readonly hints: HintBus,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => {
      this.#looking = this.look().catch((error: unknown) =>
        this.#log.error(`the hold could not be looked at: ${String(error)}`),
      );
    }, LOOK_EVERY_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  async look(): Promise<void> {
    const hold = await currentHold(this.database.pool);
    if (hold === null) return;
    const { waitingFor, ...counts } = await progressOf(this.database.pool, hold);
    if (waitingFor.length > 0) return;
    await recordRecovery(
      this.store,
      hold,
      DispatchResumed,
      { holdId: hold.holdId, because: 'collected', ...counts },
      ['collected'],
      { actor: 'hold-keeper', actorKind: 'system' },
    );
    this.#log.warn(`every server has shown its journal: tasks are sent again, ${counts.lost} actions were lost`);
    this.hints.publish(TASKS_REQUESTED, {});
  }
}
