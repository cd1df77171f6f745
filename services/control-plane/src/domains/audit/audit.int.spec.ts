// The audit page's queries on a real ledger: what is listed, what a proof proves, and that an export verifies.
import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  auditFilter,
  ExportLedger,
  GetCheckpoint,
  GetConsistency,
  GetEntry,
  GetProof,
  ListEntries,
} from '@muster/contracts/audit';
import { fromHex, toHex } from '@muster/kernel/bytes';
import { parseSignedNote } from '@muster/kernel/checkpoint';
import { eventLeafHash } from '@muster/kernel/event-leaf';
import { sha256, sha256Hex } from '@muster/kernel/hashing';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import { verifyConsistency, verifyInclusion } from '@muster/kernel/merkle';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../../../../../test/support/postgres.ts';
import { queryOf } from '../../platform/cqrs/messages.ts';
import { newContext, type Principal } from '../../platform/cqrs/principal.ts';
import { connect, type ProcessConnection } from '../../platform/database/database.ts';
import { EventStore, InProcessHintBus, LogTail, type NewEvent } from '../../platform/event-store/index.ts';
import { ensureKeys, readKey } from '../../platform/keys/key-store.ts';
import { MasterKey, PersonalData } from '../../platform/personal-data/personal-data.ts';
import { Projections } from '../../platform/projections/index.ts';
import { LogProofs } from '../../platform/proofs/log-proofs.ts';
import { LiveHints } from '../../platform/realtime/live-hints.ts';
import { SignedMarkFile } from '../../platform/sequencer/signed-mark.ts';
import { TreeGrower } from '../../platform/sequencer/tree-grower.ts';
import { ServerDirectory } from '../servers/index.ts';
import { readSettings } from '../../platform/config/settings.ts';
import { WitnessLists } from './witnesses/witness-lists.ts';
import { CheckpointView } from './checkpoint-view.ts';
import { LedgerEvidence } from './ledger-evidence.ts';
import { LedgerReader } from './ledger-reader.ts';
import { AuditEntriesProjection } from './projections/entries/entries.projection.ts';
import { ExportLedgerHandler } from './queries/export-ledger.query.ts';
import { GetCheckpointHandler } from './queries/get-checkpoint.query.ts';
import { GetConsistencyHandler } from './queries/get-consistency.query.ts';
import { GetEntryHandler } from './queries/get-entry.query.ts';
import { GetProofHandler } from './queries/get-proof.query.ts';
import { ListEntriesHandler } from './queries/list-entries.query.ts';

const ORIGIN = 'test.muster/log/1';
/** Whoever types this must not close the page to everybody. */
const TYPED = 'sealed:1:typed by somebody:AAAA';
const person = newId();
const [serverId, taskId, operationId] = [newId(), newId(), newId()];

const ListEntriesQuery = queryOf(ListEntries);
const GetEntryQuery = queryOf(GetEntry);
const GetProofQuery = queryOf(GetProof);
const GetCheckpointQuery = queryOf(GetCheckpoint);
const GetConsistencyQuery = queryOf(GetConsistency);
const ExportLedgerQuery = queryOf(ExportLedger);

let database: TestDatabase;
let folder: string;
let worker: ProcessConnection;
let app: ProcessConnection;
let sequencer: ProcessConnection;
let projections: Projections;
let tail: LogTail;
let personal: PersonalData;
let handlers: {
  list: ListEntriesHandler;
  entry: GetEntryHandler;
  proof: GetProofHandler;
  checkpoint: GetCheckpointHandler;
  consistency: GetConsistencyHandler;
  export: ExportLedgerHandler;
};

const reader = (...permissions: string[]): Principal => ({
  kind: 'person',
  actor: person,
  tenantId: DEFAULT_TENANT,
  permissions: new Set(permissions),
});
const auditor = newContext(reader('audit.entries.list', 'audit.entry.read'));
const filter = (input: Record<string, string>) => auditFilter.parse(input);

beforeAll(async () => {
  database = await createDatabase();
  folder = await mkdtemp(join(tmpdir(), 'muster-audit-'));
  const { trust } = ensureKeys(folder, ORIGIN, new Date());
  worker = connect(database.urlAs('muster_worker'), 'worker', 5);
  app = connect(database.urlAs('muster_app'), 'api', 5);
  sequencer = connect(database.urlAs('muster_sequencer'), 'sequencer', 2);
  const hints = new InProcessHintBus();
  tail = new LogTail(worker.pool, hints);
  const store = new EventStore({ pool: worker.pool, hints, tail });
  personal = new PersonalData(app.pool, new MasterKey(randomBytes(32)));
  const source = await personal.seal(person, '198.51.100.10');
  const happen = (actor: string, streamId: string, events: NewEvent[]) =>
    store.append({
      commandId: newId(),
      actor,
      requestHash: sha256(new Uint8Array()),
      tenantId: DEFAULT_TENANT,
      streamId,
      streamType: 'test',
      expectedVersion: 'any',
      events,
      meta: {
        v: 1,
        actor,
        actorKind: actor === person ? 'person' : 'policy',
        software: 'test',
        correlation: randomUUID(),
        tenant: DEFAULT_TENANT,
      },
    });
  await happen(person, 'operation', [
    {
      type: 'operations.OperationRequested',
      version: 1,
      data: {
        operationId,
        kind: 'bans.block',
        subject: '203.0.113.77',
        causedBy: newId(),
        servers: 1,
        expiresAt: '2026-11-20T14:00:00Z',
      },
    },
  ]);
  await happen('policy:tasks', 'task', [
    {
      type: 'operations.TaskRequested',
      version: 1,
      data: {
        taskId,
        operationId,
        serverId,
        lane: 'guard',
        task: 'bans.apply@1',
        args: {},
        notBefore: '2026-11-20T02:00:00Z',
        expiresAt: '2026-11-20T14:00:00Z',
        attempt: 1,
        retryOf: null,
      },
    },
    { type: 'operations.TaskAccepted', version: 1, data: { taskId } },
    { type: 'operations.TaskExpired', version: 1, data: { taskId } },
  ]);
  await happen(person, 'reads', [{ type: 'audit.SensitiveRead', version: 1, data: { what: TYPED, subject: source } }]);
  for (let i = 0; i < 20; i++) await happen('policy:noise', 'noise', [{ type: 'test.Noise', version: 1, data: { i } }]);
  await sequencer.pool.query('select es.name_log($1)', [ORIGIN]);
  await sequencer.pool.query('select * from es.sequence_pending(1000)');
  const tree = new TreeGrower(sequencer.pool, readKey(folder, 'ledger'), new SignedMarkFile(folder));
  await tree.grow();
  await happen('policy:noise', 'noise', [{ type: 'test.Noise', version: 1, data: { i: 20 } }]);
  await sequencer.pool.query('select * from es.sequence_pending(1000)');

  const quiet = { warn: () => undefined, error: () => undefined };
  projections = new Projections({ pool: worker.pool, store, tail, log: quiet });
  const projection = new AuditEntriesProjection(new LiveHints(hints));
  projections.start([projection]);
  expect(await projections.hasHandled(projection.name, 1, 25, 5_000)).toBe(true);

  const servers = new ServerDirectory(app);
  const proofs = new LogProofs(app.pool);
  const settings = readSettings({ MUSTER_KEYS: folder });
  const view = new CheckpointView(app, trust, new WitnessLists(store, servers, trust), settings);
  const ledger = new LedgerReader(app, personal, servers, { names: () => Promise.resolve(new Map()) });
  handlers = {
    list: new ListEntriesHandler(app, ledger),
    entry: new GetEntryHandler(ledger),
    proof: new GetProofHandler(ledger, proofs, view, trust, servers),
    checkpoint: new GetCheckpointHandler(app, proofs, view, servers),
    consistency: new GetConsistencyHandler(proofs),
    export: new ExportLedgerHandler(app, ledger, proofs, new LedgerEvidence(trust, store), settings),
  };
});
afterAll(async () => {
  await projections?.stop();
  await tail?.stop();
  await Promise.all([worker, app, sequencer].map((connection) => connection?.pool.end()));
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

async function positions(input: Record<string, string>): Promise<number[]> {
  const { entries } = await handlers.list.execute(new ListEntriesQuery(filter(input), auditor));
  return entries.map((entry) => entry.position);
}

test('lists backwards in pages, and filters by who, what, where and how loud', async () => {
  const first = await handlers.list.execute(new ListEntriesQuery(filter({ limit: '10' }), auditor));
  expect(first.entries.map((entry) => entry.position)).toEqual([25, 24, 23, 22, 21, 20, 19, 18, 17, 16]);
  expect(first).toMatchObject({ next: 16, size: 26 });
  expect(await positions({ before: '16', limit: '3' })).toEqual([15, 14, 13]);
  expect(await positions({ who: person })).toEqual([4, 0]);
  expect(await positions({ type: 'operations' })).toEqual([3, 2, 1, 0]);
  expect(await positions({ type: 'operations.TaskExpired' })).toEqual([3]);
  expect(await positions({ class: 'read' })).toEqual([4]);
  expect(await positions({ server: serverId })).toEqual([3, 2, 1]);
  expect(await positions({ operation: operationId, quiet: 'true' })).toEqual([3, 1, 0]);
  expect(await positions({ from: '2099-01-01T00:00:00Z' })).toEqual([]);
});

test('shows personal fields to those who may, and null to others; what only looks like one as it was typed', async () => {
  const read = async (context: typeof auditor) =>
    (await handlers.list.execute(new ListEntriesQuery(filter({ class: 'read' }), context))).entries[0]?.data;
  expect(await read(auditor)).toEqual({ what: TYPED, subject: '198.51.100.10' });
  expect(await read(newContext(reader('audit.entries.list')))).toEqual({ what: null, subject: null });
});

test('another tenant finds nothing', async () => {
  const context = newContext({ ...reader('audit.entries.list'), tenantId: newId() });
  expect((await handlers.list.execute(new ListEntriesQuery(filter({}), context))).entries).toEqual([]);
  await expect(handlers.entry.execute(new GetEntryQuery({ position: 0 }, context))).rejects.toMatchObject({
    kind: 'not-found',
  });
});

test('gives an entry as it was hashed, with a proof that leads to the signed root', async () => {
  const input = { position: 4 };
  const entry = await handlers.entry.execute(new GetEntryQuery(input, auditor));
  const proof = await handlers.proof.execute(new GetProofQuery(input, auditor));
  expect(proof.leaf.bodyHash).toBe(sha256Hex(entry.rawBody));
  expect(proof.leaf.metaHash).toBe(sha256Hex(entry.rawMeta));
  const leaf = eventLeafHash(sha256, {
    ...proof.leaf,
    recordedMicros: BigInt(entry.recordedMicros),
    metaHash: fromHex(proof.leaf.metaHash),
    bodyHash: fromHex(proof.leaf.bodyHash),
  });
  expect(toHex(leaf)).toBe(proof.leafHash);
  const { root, size } = parseSignedNote(proof.checkpoint.note).checkpoint;
  expect(verifyInclusion(sha256, leaf, 4, size, proof.path.map(fromHex), root)).toBe(true);
  expect(proof.ledgerKey).toBe(readKey(folder, 'ledger').publicKey);
});

test('says that an entry is not signed yet, and that one does not exist', async () => {
  await expect(handlers.proof.execute(new GetProofQuery({ position: 25 }, auditor))).rejects.toMatchObject({
    code: 'not-signed-yet',
  });
  await expect(handlers.proof.execute(new GetProofQuery({ position: 999 }, auditor))).rejects.toMatchObject({
    kind: 'not-found',
  });
});

test('tells what is recorded and what is signed', async () => {
  expect(await handlers.checkpoint.execute(new GetCheckpointQuery({}, auditor))).toMatchObject({
    size: 26,
    oldestPendingMs: null,
    checkpoint: { size: 25, origin: ORIGIN, witnessed: 0 },
  });
});

test('proves that the ledger only grew, and refuses sizes that are not signed', async () => {
  const tree = new TreeGrower(sequencer.pool, readKey(folder, 'ledger'), new SignedMarkFile(folder));
  expect(await tree.grow()).toBe(26);
  const { rows } = await app.pool.query('select root from es.checkpoints order by size');
  const { path } = await handlers.consistency.execute(new GetConsistencyQuery({ from: 25, to: 26 }, auditor));
  expect(verifyConsistency(sha256, 25, rows[0].root, 26, rows[1].root, path.map(fromHex))).toBe(true);
  await expect(
    handlers.consistency.execute(new GetConsistencyQuery({ from: 5, to: 27 }, auditor)),
  ).rejects.toMatchObject({
    code: 'no-such-size',
  });
});

test('exports what `muster verify` finds intact, whole and in part', async () => {
  const muster = join(import.meta.dirname, '../../../../cli/bin/muster.js');
  for (const input of [{ from: 0 }, { from: 3, to: 9 }]) {
    const file = join(folder, 'export.ndjson');
    await writeFile(file, await handlers.export.execute(new ExportLedgerQuery(input, auditor)));
    const report = execFileSync(
      process.execPath,
      [muster, 'verify', '--export', file, '--trust', join(folder, 'keyset.json'), '--json'],
      {
        encoding: 'utf8',
      },
    );
    expect(JSON.parse(report)).toMatchObject({ ok: true, entries: 26, signedSize: 26 });
  }
});
