// The audit page's table, the largest read model there is, rebuilt from the first event on, against reading the same rows in
// batches and doing nothing with them; and the proof that a rebuild gives what following along gave.
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { compare, type Benchmark, type BenchTools, type Outcome } from '../benchmark.ts';
import { LoadProcess, settle, startDatabase, type BenchDatabase } from '../ledger/database.ts';
import { writeLongLedger } from './long-ledger.ts';
import type { RebuildOrder } from './rebuilder.ts';

const EVENTS = Number(process.env['MUSTER_BENCH_EVENTS'] ?? 1_000_000);
/**
 * What a rebuild has to equal, row by row: the same events handled as they come in, in batches that begin anywhere in the
 * life of a task. The first ones in very small batches; all of them would take longer than the benchmark.
 */
const FOLLOWED = [
  { events: Math.min(EVENTS, 20_000), batch: 7 },
  { events: EVENTS, batch: 211 },
];

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
  for (const part of FOLLOWED) await rebuilder.ask({ do: 'follow', ...part });
  const followed = await digest(admin);
  if (followed.rows !== EVENTS) throw new Error(`Following along gave ${followed.rows} rows for ${EVENTS} events.`);
  tools.say(`  its ${followed.rows} rows were made by following along, to compare with`);

  const outcome = await compare(
    {
      name: 'rebuild',
      measure: 'events per second into the audit table',
      unit: '1/s',
      ratioOf: 'ours/theirs',
      target: { atLeast: 0.5 },
      ours: async () => {
        await startOver(admin, database);
        const { perSecond } = await rebuilder.ask({ do: 'rebuild', events: EVENTS });
        const rebuilt = await digest(admin);
        if (rebuilt.rows !== followed.rows || rebuilt.md5 !== followed.md5) {
          throw new Error('A rebuild gives something else than following along gave.');
        }
        // What was read for that is marked as seen, which is to be written: not while the other side is measured.
        await settle(database);
        return perSecond;
      },
      theirs: async () => (await rebuilder.ask({ do: 'read', events: EVENTS })).perSecond,
    },
    tools,
  );
  return [
    {
      ...outcome,
      note: `after every rebuild, both tables equal those of following along: ${followed.rows} rows, and ${followed.tasks} tasks`,
    },
  ];
}

async function startOver(admin: pg.Client, database: BenchDatabase): Promise<void> {
  await admin.query('truncate muster.audit_entries, muster.audit_tasks');
  await admin.query('delete from es.subscriptions');
  await settle(database);
}

interface Tables {
  /** Of the page, one for each event; and of the tasks that it remembers for them. */
  rows: number;
  tasks: number;
  /** Over every column of every row of both. */
  md5: string;
}

async function digest(admin: pg.Client): Promise<Tables> {
  const { rows } = await admin.query<Tables>(
    `select e.many as rows, t.many as tasks, md5(e.rows || t.rows) as md5
     from (select count(*)::int as many, coalesce(string_agg(md5(one::text), '' order by position), '') as rows
           from muster.audit_entries one) e,
       (select count(*)::int as many, coalesce(string_agg(md5(one::text), '' order by task_id), '') as rows
        from muster.audit_tasks one) t`,
  );
  const [found] = rows;
  if (found === undefined) throw new Error('The tables could not be read.');
  return found;
}
