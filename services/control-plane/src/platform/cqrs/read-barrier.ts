// Read your own writes: a command's answer waits until the read models of this installation have reached its position.
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { APP_DATABASE, type Connection } from '../database/database.ts';
import { SEQUENCED, type HintBus } from '../event-store/index.ts';
import { HINTS } from '../hints/hints.ts';

/** Published by whoever advances a projection. */
export const PROJECTED = 'projection.advanced';

@Injectable()
export class ReadBarrier {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(HINTS) private readonly hints: HintBus,
  ) {}

  /** False when the deadline passed first: the write is safe, the pages show it a little later. */
  async reached(position: number, timeoutMs: number): Promise<boolean> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const { rows } = await sql<{ behind: number }>`
        select count(*)::int as behind from es.projection_checkpoints
        where position <= ${position} and not paused and name like 'read-model/%'`.execute(this.database.db);
      if ((rows[0]?.behind ?? 0) === 0) return true;
      const left = deadline - Date.now();
      if (left <= 0) return false;
      await this.#hinted(Math.min(left, 25));
    }
  }

  #hinted(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        stop();
        stopToo();
        resolve();
      };
      const timer = setTimeout(finish, milliseconds);
      const stop = this.hints.subscribe(PROJECTED, finish);
      const stopToo = this.hints.subscribe(SEQUENCED, () => undefined);
    });
  }
}
