// The audit page's table, the largest read model there is, rebuilt from the first event on, against reading the same rows in
// batches and doing nothing with them; and the proof that a rebuild gives what following along gave.
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { compare, type Benchmark, type BenchTools, type Outcome } from '../benchmark.ts';
import { LoadProcess, settle, startDatabase, type BenchDatabase } from '../ledger/database.ts';
import { writeLongLedger } from './long-ledger.ts';
import type { RebuildOrder } from './rebuilder.ts';

const EVENTS = Number(process.env['MUSTER_BENCH_EVENTS'] ?? 1_000_000);
/** A prefix is followed along in small batches: what the rebuild has to equal. */
const FOLLOWED = Math.min(EVENTS, 20_000);
const FOLLOWED_BATCH = 7;

export const rebuild: Benchmark = {
  name: 'rebuild',
  sentence: `${EVENTS} events into the audit page's table, against reading the same rows`,
  run,
};

async function run(tools: BenchTools): Promise<Outcome[]> {
  const database = await startDatabase(tools, { max_wal_size: '2GB' });
  await database.create('muster');
  const admin = new pg.Client({ connectionString: database.url('postgres', 'muster') });
  await admin.connect();
  tools.cleanUp(() => admin.end());
  await writeLongLedger(admin, EVENTS);
  tools.say(`  a ledger of ${EVENTS} events is written`);
  const rebuilder = new LoadProcess<RebuildOrder, { perSecond: number }>(
    fileURLToPath(new URL('rebuilder.ts', import.meta.url)),
    [database.url('muster_worker', 'muster')],
    tools,
  );
  await startOver(admin, database);
  await rebuilder.ask({ do: 'rebuild', events: FOLLOWED, batch: FOLLOWED_BATCH });
  const followed = await digest(admin);

  const outcome = await compare(
    {
      name: 'rebuild',
      measure: 'events per second into the audit table',
      unit: '1/s',
      ratioOf: 'ours/theirs',
      target: { atLeast: 0.5 },
      ours: async () => {
        await startOver(admin, database);
        return (await rebuilder.ask({ do: 'rebuild', events: EVENTS })).perSecond;
      },
      theirs: async () => (await rebuilder.ask({ do: 'read', events: EVENTS })).perSecond,
    },
    tools,
  );
  if ((await digest(admin)) !== followed) throw new Error('A rebuild gives something else than following along gave.');
  return [
    { ...outcome, note: `the first ${FOLLOWED} rows equal those of following along in batches of ${FOLLOWED_BATCH}` },
  ];
}

async function startOver(admin: pg.Client, database: BenchDatabase): Promise<void> {
  await admin.query('truncate muster.audit_entries, muster.audit_tasks');
  await admin.query('delete from es.subscriptions');
  await settle(database);
}

async function digest(admin: pg.Client): Promise<string> {
  const { rows } = await admin.query<{ digest: string }>(
    `select md5(string_agg(e::text, E'\\n' order by position)) as digest from muster.audit_entries e where position < $1`,
    [FOLLOWED],
  );
  return rows[0]?.digest ?? '';
}
