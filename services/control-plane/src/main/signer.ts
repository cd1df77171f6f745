// Entry point of the signer: no listener, one database role, one key. It looks for work often while there is some, and
// rarely when there is none.
import { connect } from '../platform/database/database.ts';
import { needed, readSettings, SettingsError } from '../platform/config/settings.ts';
import { EventStore, InProcessHintBus, LogTail } from '../platform/event-store/index.ts';
import { readKey } from '../platform/keys/key-store.ts';
import { AliveFile } from '../platform/telemetry/alive-file.ts';
import { processLog } from '../platform/telemetry/process-log.ts';
import { inlineTables } from '../domains/operations/index.ts';
import { TaskSigner } from '../domains/operations/signer/task-signer.ts';

/** A block of a fleet is signed by the thousand, and each commit waits for the disk. */
const LARGEST_GROUP = 500;
const FASTEST_MS = 4;
const SLOWEST_MS = 40;

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const log = processLog({ level: settings.MUSTER_LOG_LEVEL, name: 'signer' });
  const { pool } = connect(needed(settings, 'MUSTER_DATABASE_URL_SIGNER'), 'signer', 8);
  const hints = new InProcessHintBus();
  const tail = new LogTail(pool, hints);
  const store = new EventStore({
    pool,
    hints,
    tail,
    inline: inlineTables,
    groupCommit: { largestGroup: LARGEST_GROUP },
  });
  const signer = new TaskSigner(pool, store, readKey(settings.MUSTER_KEYS, 'task'), log);
  const alive = new AliveFile(settings.MUSTER_ALIVE_FILE);
  let stopping = false;
  const stop = (): void => void (stopping = true);
  process.once('SIGTERM', stop).once('SIGINT', stop);
  process.once('disconnect', stop);
  log.info('ready');
  process.send?.({ type: 'ready' });
  let pause = FASTEST_MS;
  while (!stopping) {
    try {
      pause = (await signer.run()) > 0 ? FASTEST_MS : Math.min(SLOWEST_MS, pause * 1.3);
      alive.touch();
    } catch (error) {
      log.error({ error: String(error) }, 'a round of signing failed and is repeated');
      pause = 1000;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  await tail.stop();
  await pool.end();
  // An open channel to the supervisor would keep the process alive.
  process.disconnect?.();
}

main().catch((error: unknown) => {
  const sentence = error instanceof SettingsError || error instanceof Error ? error.message : String(error);
  process.stderr.write(`signer: ${sentence}\n`);
  process.exitCode = 1;
});
