// The promise of the ledger as a whole: 24 writers, 2 competing sequencers, slow and rolled-back transactions,
// deliberate replays and kill -9 in between. Afterwards positions are dense, nothing is missing, no stream is out of
// order, nothing was stored twice, the signed root is what an independent computation gives, and an edit shows.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { randomUUID, verify } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBase64, toHex } from '@muster/kernel/bytes';
import { parseSignedNote, verifySignedNote } from '@muster/kernel/checkpoint';
import { eventLeafHash } from '@muster/kernel/event-leaf';
import { sha256 } from '@muster/kernel/hashing';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import { nodeHash } from '@muster/kernel/merkle';
import { publicKeyObject } from '@muster/kernel/signing';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../../../../../test/support/postgres.ts';
import { APPEND_GROUP, groupArguments, prepare } from './append-group.ts';
import { ensureKeys, readKey } from '../keys/key-store.ts';

const WRITER = join(import.meta.dirname, 'testing/writer.ts');
const SEQUENCER = join(import.meta.dirname, '../../main/sequencer.ts');
const ORIGIN = 'test.muster/log/1';
const WRITERS = 4;
const LANES = 6;
const COMMANDS = 90;

let database: TestDatabase;
let superuser: pg.Pool;
let keys: string;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  database = await createDatabase();
  superuser = new pg.Pool({ connectionString: database.url, max: 8 });
  keys = await mkdtemp(join(tmpdir(), 'muster-keys-'));
  ensureKeys(keys, ORIGIN, new Date());
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await superuser?.end();
  await database?.drop();
  await rm(keys, { recursive: true, force: true });
});

function start(file: string, args: string[], environment: NodeJS.ProcessEnv = {}): ChildProcess {
  const child = spawn(process.execPath, ['--conditions=source', file, ...args], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

function startSequencer(): ChildProcess {
  return start(SEQUENCER, [], {
    MUSTER_DATABASE_URL_SEQUENCER: database.urlAs('muster_sequencer'),
    MUSTER_KEYS: keys,
    MUSTER_CHECKPOINT_SECONDS: '0.2',
    MUSTER_LOG_LEVEL: 'error',
  });
}

/** Resolves once the sequencer works: whatever stops or kills it afterwards meets one that has something to lose. */
const ready = (child: ChildProcess): Promise<unknown> => new Promise((resolve) => child.once('message', resolve));
const exit = (child: ChildProcess): Promise<number | null> =>
  child.exitCode !== null ? Promise.resolve(child.exitCode) : new Promise((resolve) => child.once('exit', resolve));
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs to its end one writer that is killed once on the way; counts what it was told. */
async function writerThatDiesOnce(name: string, tell: (commandId: string, verdict: string) => void): Promise<void> {
  const run = (): ChildProcess => {
    const child = start(WRITER, [database.urlAs('muster_worker'), name, String(LANES), String(COMMANDS)]);
    let rest = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) tell(line.split(' ')[0] ?? '', line.split(' ')[1] ?? '');
    });
    return child;
  };
  const first = run();
  const seen = new Promise((resolve) => first.stdout?.once('data', resolve));
  await Promise.race([seen, exit(first)]);
  await pause(50 + Math.random() * 150);
  first.kill('SIGKILL');
  await exit(first);
  expect(first.signalCode).toBe('SIGKILL');
  expect(await exit(run())).toBe(0);
}

/** Holds an append open for a while and then commits it, or takes it back. */
async function slowTransaction(end: 'commit' | 'rollback', label: string): Promise<string> {
  const eventId = newId();
  const append = prepare({
    commandId: newId(),
    actor: 'slow',
    requestHash: sha256(new Uint8Array()),
    tenantId: DEFAULT_TENANT,
    streamId: `slow-${label}`,
    streamType: 'test',
    expectedVersion: 'any',
    events: [{ type: 'test.Slow', version: 1, data: { end }, eventId }],
    meta: {
      v: 1,
      actor: 'slow',
      actorKind: 'system',
      software: 'test',
      correlation: randomUUID(),
      tenant: DEFAULT_TENANT,
    },
  });
  const client = await superuser.connect();
  try {
    await client.query('begin');
    await client.query(APPEND_GROUP, [...groupArguments([append])]);
    await pause(100 + Math.random() * 400);
    await client.query(end);
  } finally {
    client.release();
  }
  return eventId;
}

interface Stored {
  position: string;
  event_id: string;
  tenant_id: string;
  stream_id: string;
  stream_version: string;
  event_type: string;
  schema_version: number;
  micros: string;
  body: Buffer;
  meta: Buffer;
  leaf_hash: Buffer;
  in_sql: Buffer;
}

async function readLedger(): Promise<Stored[]> {
  const { rows } = await superuser.query<Stored>(
    `select l.position, e.event_id, e.tenant_id, e.stream_id, e.stream_version, e.event_type, e.schema_version, e.body, e.meta,
            (extract(epoch from e.recorded_at) * 1000000)::bigint::text as micros, l.leaf_hash,
            es.leaf_hash(e.event_id, e.tenant_id, e.stream_id, e.stream_version, e.event_type, e.schema_version, e.recorded_at, e.meta, e.body) as in_sql
     from es.ledger l join es.events e using (event_id) order by l.position`,
  );
  return rows;
}

function leafOf(row: Stored): string {
  return toHex(
    eventLeafHash(sha256, {
      eventId: row.event_id,
      tenantId: row.tenant_id,
      streamId: row.stream_id,
      streamVersion: Number(row.stream_version),
      type: row.event_type,
      schemaVersion: row.schema_version,
      recordedMicros: BigInt(row.micros),
      metaHash: sha256(row.meta),
      bodyHash: sha256(row.body),
    }),
  );
}

/** MTH of RFC 6962 §2.1 as it is defined, sharing no code with the tiles. */
function independentRoot(hashes: readonly Uint8Array[]): Uint8Array {
  const [only] = hashes;
  if (hashes.length === 1 && only !== undefined) return only;
  const k = 2 ** Math.ceil(Math.log2(hashes.length) - 1);
  return nodeHash(sha256, independentRoot(hashes.slice(0, k)), independentRoot(hashes.slice(k)));
}

test('the ledger holds exactly what happened, in order, proved', { timeout: 90_000 }, async () => {
  const accepted = new Map<string, number>();
  const told = new Set<string>();
  const wrong: string[] = [];
  const tell = (commandId: string, verdict: string): void => {
    told.add(commandId);
    if (verdict === 'accepted') accepted.set(commandId, (accepted.get(commandId) ?? 0) + 1);
    if (verdict === 'wrongly-accepted') wrong.push(commandId);
  };
  let sequencers = [startSequencer(), startSequencer()];
  let working = sequencers.map(ready);
  const writers = Array.from({ length: WRITERS }, (_, i) => writerThatDiesOnce(`w${i}`, tell));
  const slow = Array.from({ length: 6 }, (_, i) => slowTransaction(i % 2 === 0 ? 'commit' : 'rollback', String(i)));
  const killing = (async () => {
    for (let round = 0; round < 4; round++) {
      await working[round % 2];
      await pause(500);
      sequencers[round % 2]?.kill('SIGKILL');
      const next = startSequencer();
      sequencers = sequencers.with(round % 2, next);
      working = working.with(round % 2, ready(next));
    }
  })();
  await Promise.all([...writers, killing]);
  const slowIds = await Promise.all(slow);
  await expect
    .poll(async () => (await superuser.query('select 1 from es.pending limit 1')).rowCount, { timeout: 10_000 })
    .toBe(0);
  await Promise.all(working);
  for (const sequencer of sequencers) sequencer.kill('SIGTERM');
  expect(await Promise.all(sequencers.map(exit))).toEqual([0, 0]);

  // Nothing twice: every command was told exactly one acceptance at most, and has exactly one row.
  expect(wrong).toEqual([]);
  expect([...accepted.values()].filter((times) => times > 1)).toEqual([]);
  const { rows: appends } = await superuser.query(
    "select command_id, to_version - from_version + 1 as events from es.appends where actor <> 'slow'",
  );
  expect(appends.length).toBe(WRITERS * LANES * COMMANDS);
  const perLane = Array.from({ length: COMMANDS }, (_, i) => 1 + (i % 3)).reduce((a, b) => a + b);
  // Nothing missing: whoever was told so finds it, and the number of events is what the commands say.
  const stored = await readLedger();
  expect(stored.length).toBe(WRITERS * LANES * perLane + 3);
  const known = new Set(appends.map((row) => row.command_id));
  expect([...told].filter((commandId) => !known.has(commandId))).toEqual([]);
  const inLedger = new Set(stored.map((row) => row.event_id));
  expect(slowIds.map((id) => inLedger.has(id))).toEqual([true, false, true, false, true, false]);

  // Dense, and every stream in its own order.
  expect(stored.map((row) => Number(row.position))).toEqual(stored.map((_, index) => index));
  const versions = new Map<string, number>();
  for (const row of stored) {
    expect(Number(row.stream_version)).toBe((versions.get(row.stream_id) ?? 0) + 1);
    versions.set(row.stream_id, Number(row.stream_version));
  }

  // The leaf is the same in SQL and TypeScript, and the signed root is the independent one.
  for (const row of stored) expect(leafOf(row)).toBe(toHex(row.leaf_hash));
  expect(stored.every((row) => row.leaf_hash.equals(row.in_sql))).toBe(true);
  const { rows: checkpoints } = await superuser.query('select size, root, note from es.checkpoints order by size');
  const last = parseSignedNote(checkpoints.at(-1).note);
  expect(last.checkpoint.size).toBe(stored.length);
  for (const { size, root } of checkpoints) {
    const leaves = stored.slice(0, Number(size)).map((row) => row.leaf_hash);
    expect(toHex(root)).toBe(toHex(independentRoot(leaves)));
  }
  const ledgerKey = readKey(keys, 'ledger');
  const logKey = {
    publicKey: fromBase64(ledgerKey.publicKey),
    verify: (message: Uint8Array, signature: Uint8Array) =>
      verify(null, message, publicKeyObject(ledgerKey.publicKey), signature),
  };
  expect(await verifySignedNote(sha256, last, logKey)).toBe(true);

  // A superuser's edit shows, at its position.
  const victim = stored[Math.floor(stored.length / 2)];
  const { rows: tables } = await superuser.query(
    "select relid::text as name from pg_partition_tree('es.events') order by level desc",
  );
  for (const { name } of tables) await superuser.query(`alter table ${name} disable trigger all`);
  await superuser.query(`update es.events set body = '{"edited":true}' where event_id = $1`, [victim?.event_id]);
  const edited = await readLedger();
  expect(edited.findIndex((row) => leafOf(row) !== toHex(row.leaf_hash))).toBe(Number(victim?.position));
  const { rows: alerts } = await superuser.query("select tag, object from es.ddl_alerts where tag = 'ALTER TABLE'");
  expect(alerts.length).toBeGreaterThan(0);
});
