// Moves committed events from es.pending into es.ledger. Fast while there is something to do, slow when there is not;
// two may run, the database lets one move at a time.
import type { Pool } from 'pg';
import { APPENDED, SEQUENCED, type HintBus } from '../event-store/index.ts';
import { WakeUp } from '../event-store/wake-up.ts';

export interface SequencerLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Milliseconds between two looks: right after work, and at most. */
const FASTEST = 5;
const SLOWEST = 50;
const BACK_OFF = 1.3;
const WHILE_AWAY = 500;
const LARGEST_MOVE = 5_000;

export class PositionGiver {
  readonly #pool: Pool;
  readonly #hints: HintBus;
  readonly #log: SequencerLog;
  readonly #wakeUp = new WakeUp();
  readonly #unsubscribe: () => void;
  #stopped = false;
  #running: Promise<void> | undefined;

  constructor(pool: Pool, hints: HintBus, log: SequencerLog) {
    this.#pool = pool;
    this.#hints = hints;
    this.#log = log;
    this.#unsubscribe = hints.subscribe(APPENDED, () => this.#wakeUp.knock());
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unsubscribe();
    this.#wakeUp.knock();
    await this.#running;
  }

  async #run(): Promise<void> {
    let pause = FASTEST;
    while (!this.#stopped) {
      try {
        const moved = await this.#move();
        if (moved === LARGEST_MOVE) continue;
        pause = moved > 0 ? FASTEST : Math.min(pause * BACK_OFF, SLOWEST);
      } catch (error) {
        this.#log.warn({ err: error }, 'positions could not be given; trying again');
        pause = WHILE_AWAY;
      }
      await this.#wakeUp.wait(pause);
    }
  }

  async #move(): Promise<number> {
    const { rows } = await this.#pool.query<{ from_position: string; to_position: string }>({
      name: 'es.sequence_pending',
      text: 'select * from es.sequence_pending($1)',
      values: [LARGEST_MOVE],
    });
    const [move] = rows;
    if (move === undefined) return 0;
    const size = Number(move.to_position) + 1;
    this.#hints.publish(SEQUENCED, { size });
    return size - Number(move.from_position);
  }
}
