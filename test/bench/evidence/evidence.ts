// What the proof costs: the same commands into a ledger with leaf hashes, tiles and signed checkpoints, and into one
// whose leaf hash is a constant and whose sequencer never signs. And how fast a whole ledger is verified on one core.
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { DatabaseSource } from '../../../services/cli/src/ledger/database-source.ts';
import { ExportSource } from '../../../services/cli/src/ledger/export-source.ts';
import { exportLines } from '../../../services/cli/src/ledger/write-export.ts';
import { Trust } from '../../../services/cli/src/verify/trust.ts';
import { verifyLedger } from '../../../services/cli/src/verify/verify-ledger.ts';
import pg from 'pg';
import { startSequencer } from '../append/append.ts';
import { compare, median, type Benchmark, type BenchTools, type Outcome } from '../benchmark.ts';
import { LoadProcess, settle, startDatabase, type BenchDatabase, type Load } from '../ledger/database.ts';

const SECONDS = 4;
const CROWD = 32;
const VERIFY_TARGET = 150_000;

export const evidence: Benchmark = {
  name: 'evidence',
  sentence: 'the ledger with Merkle tree and signed checkpoints, against itself without them',
  run,
};

async function run(tools: BenchTools): Promise<Outcome[]> {
  const database = await startDatabase(tools);
  await database.create('proved');
  await database.create('bare');
  await withoutLeafHash(database, 'bare');
  await startSequencer(database, tools, { name: 'proved' });
  await startSequencer(database, tools, { name: 'bare', checkpointSeconds: 3600 });
  const load = (name: string): (() => Promise<number>) => {
    const commander = new LoadProcess<{ clients: number; seconds: number }, Load>(
      fileURLToPath(new URL('../append/commander.ts', import.meta.url)),
      [database.url('muster_app', name), database.folder],
      tools,
    );
    return async () => {
      await settle(database);
      return (await commander.ask({ clients: CROWD, seconds: SECONDS })).perSecond;
    };
  };
  const cost = await compare(
    {
      name: 'evidence',
      measure: 'commands per second with and without evidence',
      unit: '1/s',
      ratioOf: 'ours/theirs',
      target: { atLeast: 0.9 },
      ours: load('proved'),
      theirs: load('bare'),
    },
    tools,
  );
  return [cost, await verification(database, tools)];
}

async function withoutLeafHash(database: BenchDatabase, name: string): Promise<void> {
  const admin = new pg.Client({ connectionString: database.url('postgres', name) });
  await admin.connect();
  await admin.query(`create or replace function es.leaf_hash(event_id uuid, tenant_id uuid, stream_id text, stream_version bigint,
    event_type text, schema_version smallint, recorded_at timestamptz, meta bytea, body bytea)
    returns bytea language sql stable as $$ select decode(repeat('00', 32), 'hex') $$`);
  await admin.end();
}

/** An export is verified, from the file to the verdict; the time is this process's own on the processor. */
async function verification(database: BenchDatabase, tools: BenchTools): Promise<Outcome> {
  const file = join(database.folder, 'ledger.ndjson');
  const keyset = join(database.folder, 'keys-proved', 'keyset.json');
  const source = await DatabaseSource.open(database.url('muster_auditor', 'proved'));
  await pipeline(Readable.from(exportLines(source, [], { from: 0 })), createWriteStream(file));
  await source.close();
  const rounds: Outcome['rounds'] = [];
  let events = 0;
  for (let round = 0; round <= tools.rounds; round++) {
    const trust = Trust.parse(await readFile(keyset, 'utf8'));
    const before = process.cpuUsage();
    const report = await verifyLedger(await ExportSource.open(file), trust);
    const { user, system } = process.cpuUsage(before);
    if (!report.ok) throw new Error(`the ledger does not verify: ${report.problems[0]?.what}`);
    events = report.entries;
    if (round > 0) rounds.push({ ours: (report.entries / (user + system)) * 1e6, theirs: VERIFY_TARGET });
  }
  const ours = median(rounds.map((round) => round.ours));
  return {
    name: 'evidence',
    measure: 'events verified per second of one core',
    unit: '1/s',
    ours,
    theirs: VERIFY_TARGET,
    ratio: ours / VERIFY_TARGET,
    ratioOf: 'ours/theirs',
    target: 'at least 1',
    target_met: ours >= VERIFY_TARGET,
    rounds,
    note: `${events} events, from the export's text to the verdict, signatures of tasks apart`,
  };
}
