// A whole control plane in this process, on a PostgreSQL database of its own, with its sequencer beside it.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { createDatabase, type TestDatabase } from '../../../../../test/support/postgres.ts';
import { readSettings } from '../../platform/config/settings.ts';
import { APPENDED, InProcessHintBus, SEQUENCED, type HintBus } from '../../platform/event-store/index.ts';
import { HINTS } from '../../platform/hints/hints.ts';
import { ensureKeys, readKey } from '../../platform/keys/key-store.ts';
import { Sequencer } from '../../platform/sequencer/sequencer.ts';
import { SignedMarkFile } from '../../platform/sequencer/signed-mark.ts';
import { startControlPlane, type RunningControlPlane } from '../application.ts';

const ORIGIN = 'test/log/1';
const CHECKPOINT_EVERY_MS = 200;

export interface OneProcess {
  readonly database: TestDatabase;
  readonly superuser: pg.Pool;
  /** With keys and secrets, as `muster --installation` takes it. */
  readonly folder: string;
  readonly running: RunningControlPlane;
  stop(): Promise<void>;
}

/** `environment` comes on top of settings for api, worker and gateway on any free port. */
export async function startOneProcess(environment: Readonly<Record<string, string>> = {}): Promise<OneProcess> {
  const database = await createDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'muster-process-'));
  const keys = join(folder, 'keys');
  ensureKeys(keys, ORIGIN, new Date());
  writeFileSync(join(folder, 'secret'), randomBytes(32).toString('base64'), { mode: 0o600 });
  const superuser = quietPool(database.url);
  const sequencerHints = new InProcessHintBus();
  const sequencer = new Sequencer({
    pool: quietPool(database.urlAs('muster_sequencer')),
    hints: sequencerHints,
    log: pino({ level: 'silent' }),
    ledgerKey: readKey(keys, 'ledger'),
    mark: new SignedMarkFile(keys),
    origin: ORIGIN,
    checkpointEveryMs: CHECKPOINT_EVERY_MS,
  });
  await sequencer.start();
  const running = await startControlPlane(
    readSettings({
      MUSTER_ROLES: 'api,worker,gateway',
      MUSTER_PORT: '0',
      MUSTER_PUBLIC_URL: 'http://localhost:7410',
      MUSTER_DATABASE_URL_APP: database.urlAs('muster_app'),
      MUSTER_DATABASE_URL_WORKER: database.urlAs('muster_worker'),
      MUSTER_DATABASE_URL_GATEWAY: database.urlAs('muster_gateway'),
      MUSTER_DATABASE_URL_QUEUE: database.url,
      MUSTER_KEYS: keys,
      MUSTER_SECRET_FILE: join(folder, 'secret'),
      MUSTER_LOG_LEVEL: 'silent',
      ...environment,
    }),
  );
  passOn(running.app.get<HintBus>(HINTS), sequencerHints);
  return {
    database,
    superuser,
    folder,
    running,
    async stop() {
      await running.stop();
      await sequencer.stop();
      await superuser.end();
      await database.drop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** As Redis does between processes: without it each would look again only every few hundredths of a second. */
function passOn(application: HintBus, sequencer: HintBus): void {
  application.subscribe(APPENDED, (payload) => sequencer.publish(APPENDED, payload));
  sequencer.subscribe(SEQUENCED, (payload) => application.publish(SEQUENCED, payload));
}

/** Every event of a type, oldest first. */
export async function eventsOf(superuser: pg.Pool, type: string): Promise<Record<string, unknown>[]> {
  const { rows } = await superuser.query<{ body: string }>(
    `select convert_from(body, 'UTF8') as body from es.events where event_type = $1 order by recorded_at`,
    [type],
  );
  return rows.map((row) => JSON.parse(row.body) as Record<string, unknown>);
}

/** The database is dropped with connections open; that is no news. */
function quietPool(connectionString: string): pg.Pool {
  const pool = new pg.Pool({ connectionString, max: 2 });
  pool.on('error', () => undefined);
  return pool;
}
