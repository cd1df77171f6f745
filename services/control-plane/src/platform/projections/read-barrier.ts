// Read your own writes: a command's answer waits until the read models of this installation have reached its position.
import { sql } from 'kysely';
import type { Connection } from '../database/database.ts';
import type { HintBus } from '../event-store/index.ts';

/** Published by whoever moved a read model. */
export const PROJECTED = 'projection.advanced';
/** Subscriptions whose name begins with this are read models; policies are not waited for. */
export const READ_MODEL = 'read-model/';
/** Somebody waits until read models say that they have come this far; payload `{ position }`. */
export const AWAITED = 'projection.awaited';
/** Milliseconds between two looks: at first, and at most. */
const FASTEST = 4;
const SLOWEST = 25;
const BACK_OFF = 1.5;

export class ReadBarrier {
  constructor(
    private readonly database: Connection,
    private readonly hints: HintBus,
  ) {}

  /** False when the deadline passed first: the write is safe, the pages show it a little later. */
  async reached(position: number, timeoutMs: number): Promise<boolean> {
    const deadline = Date.now() + timeoutMs;
    for (let pause = FASTEST; ; pause = Math.min(pause * BACK_OFF, SLOWEST)) {
      const { rows } = await sql<{ behind: number }>`
        select count(*)::int as behind from es.subscriptions
        where position < ${position} and status = 'running' and starts_with(name, ${READ_MODEL})`.execute(
        this.database.db,
      );
      if ((rows[0]?.behind ?? 0) === 0) return true;
      const left = deadline - Date.now();
      if (left <= 0) return false;
      this.hints.publish(AWAITED, { position });
      await this.#hinted(Math.min(left, pause));
    }
  }

  #hinted(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        stop();
        resolve();
      };
      const timer = setTimeout(finish, milliseconds);
      const stop = this.hints.subscribe(PROJECTED, finish);
    });
  }
}
