// Entry point of the sequencer process. Any number may run; the database lets one work at a time.
import pg from 'pg';
import { LocalHintBus, RedisHintBus } from '../platform/hints/hints.ts';
import { readKey, readTrust } from '../platform/keys/key-store.ts';
import { Sequencer } from '../platform/sequencer/sequencer.ts';
import { readSequencerSettings } from '../platform/sequencer/settings.ts';
import { SignedMarkFile } from '../platform/sequencer/signed-mark.ts';
import { AliveFile } from '../platform/telemetry/alive-file.ts';
import { processLog } from '../platform/telemetry/process-log.ts';

const settings = readSequencerSettings(process.env);
const log = processLog({ level: settings.MUSTER_LOG_LEVEL, base: { process: 'sequencer' } });
const pool = new pg.Pool({
  connectionString: settings.MUSTER_DATABASE_URL_SEQUENCER,
  max: 4,
  application_name: 'muster-sequencer',
  connectionTimeoutMillis: 10_000,
});
// An idle connection that breaks is replaced by the next query; it must not end the process.
pool.on('error', (error) => log.warn({ err: error }, 'lost a database connection'));
// The same for one that is lent out: the statement that follows fails, and is repeated.
pool.on('connect', (client) => client.on('error', () => undefined));

const hints = settings.REDIS_URL === undefined ? new LocalHintBus() : new RedisHintBus(settings.REDIS_URL);
const sequencer = new Sequencer({
  pool,
  hints,
  log,
  ledgerKey: readKey(settings.MUSTER_KEYS, 'ledger'),
  mark: new SignedMarkFile(settings.MUSTER_KEYS),
  origin: readTrust(settings.MUSTER_KEYS).keyset.origin,
  checkpointEveryMs: settings.MUSTER_CHECKPOINT_SECONDS * 1000,
  alive: new AliveFile(settings.MUSTER_ALIVE_FILE),
});

async function stop(): Promise<void> {
  await sequencer.stop();
  await Promise.all([pool.end(), hints.close()]);
  process.exit(0);
}
process.once('SIGTERM', () => void stop());
process.once('SIGINT', () => void stop());

await sequencer.start();
log.info('ready');
process.send?.({ type: 'ready' });
