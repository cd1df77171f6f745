// Gives positions, as the sequencer's process does, for specs.
import pg from 'pg';
import { SEQUENCED, type HintBus } from '../../platform/event-store/index.ts';

export function sequenceInto(url: string, hints: HintBus): { stop(): Promise<void> } {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  let stopped = false;
  const running = (async () => {
    while (!stopped) {
      await pool.query('select * from es.sequence_pending(1000)');
      hints.publish(SEQUENCED, {});
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  return {
    async stop() {
      stopped = true;
      await running;
      await pool.end();
    },
  };
}
