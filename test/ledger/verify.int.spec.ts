// `muster verify` on ledgers that were tampered with by somebody who may do everything in the database. Each kind of
// tampering is found, with the first position that is wrong; the untouched ledger passes. The program itself is run.
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { randomUUID, sign } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBase64, utf8 } from '@muster/kernel/bytes';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { parseSignedNote, signCheckpoint } from '@muster/kernel/checkpoint';
import { sha256, sha256Hex } from '@muster/kernel/hashing';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import { generateSigningKey, signFor, type SigningKey } from '@muster/kernel/signing';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { EventStore, InProcessHintBus, LogTail, type NewEvent } from '@muster/control-plane/platform/event-store/index';
import { ensureKeys, readKey, readTrust } from '@muster/control-plane/platform/keys/key-store';
import { SignedMarkFile } from '@muster/control-plane/platform/sequencer/signed-mark';
import { TreeGrower } from '@muster/control-plane/platform/sequencer/tree-grower';

const MUSTER = join(import.meta.dirname, '../../services/cli/bin/muster.js');
const ORIGIN = 'test.muster/log/1';
const EVENTS = 600;

let original: TestDatabase;
let folder: string;
let keysetFile: string;
let exportFile: string;
let ledgerKey: SigningKey;
const server = { serverId: newId(), agentKey: generateSigningKey(), hostKey: generateSigningKey() };

interface Report {
  firstWrongPosition: number | null;
  problems: { kind: string; position: number | null; upTo?: number; what: string }[];
}

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

function muster(...args: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MUSTER, ...args], { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

async function verifyDatabase(url: string, ...more: string[]): Promise<Report & { code: number }> {
  const ran = await muster('verify', '--database', url, '--trust', keysetFile, '--json', ...more);
  return { ...(JSON.parse(ran.stdout) as Report), code: ran.code };
}

async function verifyExport(path: string, ...more: string[]): Promise<Report & { code: number }> {
  const ran = await muster('verify', '--export', path, '--trust', keysetFile, '--json', ...more);
  return { ...(JSON.parse(ran.stdout) as Report), code: ran.code };
}

/** A task from request to receipt, as the signer and the host sign it. */
function taskEvents(): NewEvent[] {
  const taskId = newId();
  const task = readKey(folder, 'task');
  const envelope = canonicalBytes({
    v: 1,
    task: taskId,
    server: server.serverId,
    lane: 'guard',
    seq: 1,
    name: 'bans.apply@1',
    args: {},
    notBefore: '2026-11-20T02:00:00Z',
    notAfter: '2026-11-20T14:00:00Z',
    actor: 'person:test',
    approvals: [],
    key: task.keyId,
  });
  const receipt = canonicalBytes({
    v: 1,
    task: taskId,
    server: server.serverId,
    envelope: sha256Hex(envelope),
    outcome: 'succeeded',
    error: null,
    code: null,
    startedAt: '2026-11-20T02:00:01Z',
    finishedAt: '2026-11-20T02:00:02Z',
    before: null,
    after: null,
    evidence: {},
  });
  const signedWith = (key: SigningKey, purpose: 'muster/task/v1' | 'muster/receipt/v1', bytes: Uint8Array) => ({
    body: Buffer.from(bytes).toString('base64'),
    signature: signFor(purpose, key, bytes),
    keyId: key.keyId,
  });
  return [
    {
      type: 'operations.TaskSigned',
      version: 1,
      data: { taskId, envelope: signedWith(task, 'muster/task/v1', envelope) },
    },
    {
      type: 'operations.TaskSucceeded',
      version: 1,
      data: { taskId, receipt: signedWith(server.hostKey, 'muster/receipt/v1', receipt) },
    },
  ];
}

const enrolled = (): NewEvent => ({
  type: 'servers.ServerEnrolled',
  version: 1,
  data: { serverId: server.serverId, agentKey: server.agentKey.publicKey, hostKey: server.hostKey.publicKey },
});

/** Appends, gives positions and signs, in two steps, so that there are two checkpoints. */
async function fill(database: TestDatabase): Promise<void> {
  const pool = new pg.Pool({ connectionString: database.urlAs('muster_worker'), max: 4 });
  const sequencer = new pg.Pool({ connectionString: database.urlAs('muster_sequencer'), max: 2 });
  const hints = new InProcessHintBus();
  const store = new EventStore({ pool, hints, tail: new LogTail(pool, hints) });
  const tree = new TreeGrower(sequencer, ledgerKey, new SignedMarkFile(folder));
  await sequencer.query('select es.name_log($1)', [ORIGIN]);
  const append = (events: NewEvent[], i: number) =>
    store.append({
      commandId: newId(),
      actor: 'test',
      requestHash: sha256(utf8(String(i))),
      tenantId: DEFAULT_TENANT,
      streamId: `stream-${i % 7}`,
      streamType: 'test',
      expectedVersion: 'any',
      events,
      meta: {
        v: 1,
        actor: 'test',
        actorKind: 'system',
        software: 'test',
        correlation: randomUUID(),
        tenant: DEFAULT_TENANT,
      },
    });
  await append([enrolled()], 0);
  for (const size of [EVENTS / 2, EVENTS]) {
    const before = Number((await pool.query('select size from es.log_state')).rows[0].size);
    const first = before === 0 ? [append(taskEvents(), 1)] : [];
    const others = size - before - (before === 0 ? 3 : 0);
    await Promise.all([
      ...first,
      ...Array.from({ length: others }, (_, i) => append([{ type: 'test.Happened', version: 1, data: { i } }], i)),
    ]);
    await sequencer.query('select * from es.sequence_pending(10000)');
    expect(await tree.grow()).toBe(size);
  }
  await pool.end();
  await sequencer.end();
}

beforeAll(async () => {
  original = await createDatabase();
  folder = await mkdtemp(join(tmpdir(), 'muster-verify-'));
  ensureKeys(folder, ORIGIN, new Date());
  ledgerKey = readKey(folder, 'ledger');
  keysetFile = join(folder, 'keyset.json');
  exportFile = join(folder, 'ledger.ndjson');
  await fill(original);
  const ran = await muster(
    'export',
    '--database',
    original.urlAs('muster_auditor'),
    '--out',
    exportFile,
    '--keyset',
    keysetFile,
  );
  expect(ran).toMatchObject({ code: 0, stderr: '' });
});
afterAll(async () => {
  await original?.drop();
  await rm(folder, { recursive: true, force: true });
});

describe('an untouched ledger', () => {
  test('passes from the database and from the export, with its tasks and receipts', async () => {
    const expected = {
      code: 0,
      ok: true,
      origin: ORIGIN,
      entries: EVENTS,
      signedSize: EVENTS,
      checkpoints: 2,
      tasks: { signed: 1, verified: 1 },
      outcomes: { attested: 1, unattested: 0, probedFromOutside: 0 },
      problems: [],
    };
    expect(await verifyDatabase(original.urlAs('muster_auditor'))).toMatchObject(expected);
    expect(await verifyExport(exportFile)).toMatchObject(expected);
  });

  test('says so in words', async () => {
    const { stdout, code } = await muster('verify', '--export', exportFile, '--trust', keysetFile);
    expect(code).toBe(0);
    expect(stdout).toContain('The ledger is intact.');
    expect(stdout).toContain("1 attested by the host's own signature");
  });

  test('passes with nothing but the root key, because the export brings the keyset that root signed', async () => {
    const rootFile = join(folder, 'root.pub.txt');
    await writeFile(rootFile, `${readTrust(folder).rootKey}\n`);
    expect((await muster('verify', '--export', exportFile, '--trust', rootFile)).code).toBe(0);
  });

  test('passes in part: outside of the range only leaf hashes are told', async () => {
    const part = join(folder, 'part.ndjson');
    await muster(
      'export',
      '--database',
      original.urlAs('muster_auditor'),
      '--out',
      part,
      '--keyset',
      keysetFile,
      '--from',
      '400',
      '--to',
      '450',
    );
    const text = await readFile(part, 'utf8');
    expect(text.match(/"k":"event"/g)).toHaveLength(50);
    expect(await verifyExport(part)).toMatchObject({ code: 0, entries: EVENTS, signedSize: EVENTS });
  });

  test('fails for whoever trusts another root', async () => {
    const other = await mkdtemp(join(tmpdir(), 'muster-other-'));
    ensureKeys(other, ORIGIN, new Date());
    const { code, stdout } = await muster(
      'verify',
      '--export',
      exportFile,
      '--trust',
      join(other, 'keyset.json'),
      '--json',
    );
    await rm(other, { recursive: true });
    expect(code).toBe(1);
    expect(JSON.parse(stdout).problems).toContainEqual(expect.objectContaining({ kind: 'forged-checkpoint' }));
  });

  test('knows a checkpoint that was kept outside, and a cosignature of a witness on the list that root signed', async () => {
    const lines = (await readFile(exportFile, 'utf8')).split('\n');
    const first = JSON.parse(lines.find((line) => line.includes('"k":"checkpoint"')) ?? '');
    const checkpoint = join(folder, 'kept.note');
    await writeFile(checkpoint, first.note);
    const { root, size } = parseSignedNote(first.note).checkpoint;
    const seen = { origin: ORIGIN, size, root: Buffer.from(root).toString('hex'), time: '2026-11-20T12:00:00.000Z' };
    const signature = signFor('muster/cosignature/v1', server.agentKey, canonicalBytes(seen));
    const line = { k: 'cosignature', size, witnessId: server.serverId, root: seen.root, signature, at: seen.time };
    const witnessed = join(folder, 'witnessed.ndjson');
    await writeFile(witnessed, [lines[0], JSON.stringify(line), ...lines.slice(1)].join('\n'));
    const list = canonicalBytes({
      v: 1,
      serial: 1,
      issuedAt: '2026-11-20T00:00:00Z',
      quorum: 1,
      witnesses: [{ server: server.serverId, publicKey: server.agentKey.publicKey }],
    });
    const { signed, rootKey } = readTrust(folder);
    const rootSigned = {
      body: Buffer.from(list).toString('base64'),
      signature: signFor('muster/witnesses/v1', readKey(folder, 'root'), list),
      rootKey,
    };
    const bundle = join(folder, 'bundle.json');
    await writeFile(bundle, JSON.stringify({ rootKey, keysets: [signed], witnessLists: [rootSigned] }));
    const ran = await muster('verify', '--export', witnessed, '--trust', bundle, '--checkpoint', checkpoint, '--json');
    expect(JSON.parse(ran.stdout)).toMatchObject({
      ok: true,
      witnessedSize: EVENTS / 2,
      cosignatures: { valid: 1, fromListedWitnesses: 1, quorum: 1 },
    });
  });
});

describe('in the database, a superuser’s', () => {
  let copy: TestDatabase;
  let superuser: pg.Client;
  const at = 123;

  beforeEach(async () => {
    copy = await createDatabase();
    await fillCopy();
    superuser = new pg.Client({ connectionString: copy.url });
    await superuser.connect();
    const { rows } = await superuser.query(
      "select format('alter table %s disable trigger all', c.oid::regclass) as statement from pg_class c where c.relnamespace = 'es'::regnamespace and c.relkind in ('r', 'p')",
    );
    for (const { statement } of rows) await superuser.query(statement);
    return async () => {
      await superuser.end();
      await copy.drop();
    };
  });

  async function fillCopy(): Promise<void> {
    const own = await mkdtemp(join(tmpdir(), 'muster-copy-'));
    await cp(folder, own, { recursive: true });
    await rm(join(own, 'ledger.signed.json'), { force: true });
    const kept = folder;
    folder = own;
    try {
      await fill(copy);
    } finally {
      folder = kept;
      await rm(own, { recursive: true });
    }
  }

  const found = (kind: string, position: number) => ({
    code: 1,
    ok: false,
    firstWrongPosition: position,
    problems: expect.arrayContaining([expect.objectContaining({ kind, position })]),
  });
  const bodyAt = 'update es.events e set body = $2 from es.ledger l where l.event_id = e.event_id and l.position = $1';

  test('edited body', async () => {
    await superuser.query(bodyAt, [at, Buffer.from('{"i":666}')]);
    expect(await verifyDatabase(copy.url)).toMatchObject({
      ...found('edited', at),
      problems: [expect.objectContaining({ position: at })],
    });
  });

  test('edited time of an event', async () => {
    await superuser.query(
      "update es.events e set recorded_at = l.recorded_at + interval '1 microsecond' from es.ledger l where l.event_id = e.event_id and l.position = $1",
      [at],
    );
    await superuser.query(
      "update es.ledger set recorded_at = recorded_at + interval '1 microsecond' where position = $1",
      [at],
    );
    expect(await verifyDatabase(copy.url)).toMatchObject(found('edited', at));
  });

  test('edited body with the leaf hash made to fit it', async () => {
    await superuser.query(bodyAt, [at, Buffer.from('{"i":666}')]);
    await superuser.query(
      `update es.ledger l set leaf_hash = es.leaf_hash(e.event_id, e.tenant_id, e.stream_id, e.stream_version, e.event_type, e.schema_version, e.recorded_at, e.meta, e.body)
       from es.events e where e.event_id = l.event_id and l.position = $1`,
      [at],
    );
    expect(await verifyDatabase(copy.url)).toMatchObject(found('edited', at));
  });

  test('edited body with leaf hash and tile made to fit it: narrowed down by the checkpoints around it', async () => {
    const where = 400;
    await superuser.query(bodyAt, [where, Buffer.from('{"i":666}')]);
    await superuser.query(
      `update es.ledger l set leaf_hash = es.leaf_hash(e.event_id, e.tenant_id, e.stream_id, e.stream_version, e.event_type, e.schema_version, e.recorded_at, e.meta, e.body)
       from es.events e where e.event_id = l.event_id and l.position = $1`,
      [where],
    );
    await superuser.query(
      `update es.tiles set hashes = overlay(hashes placing (select leaf_hash from es.ledger where position = $1::int) from ($1::int % 256) * 32 + 1)
       where level = 0 and index = $1::int / 256`,
      [where],
    );
    const report = await verifyDatabase(copy.url);
    expect(report).toMatchObject(found('rewritten', EVENTS / 2));
    expect(report.problems[0]).toMatchObject({ position: EVENTS / 2, upTo: EVENTS - 1 });
  });

  test('deleted event', async () => {
    await superuser.query(
      'delete from es.events where event_id = (select event_id from es.ledger where position = $1)',
      [at],
    );
    expect(await verifyDatabase(copy.url)).toMatchObject(found('missing', at));
  });

  test('deleted position', async () => {
    await superuser.query('delete from es.ledger where position = $1', [at]);
    expect(await verifyDatabase(copy.url)).toMatchObject(found('missing', at));
  });

  test('deleted position with all later ones moved up', async () => {
    await superuser.query('delete from es.ledger where position = $1', [at]);
    await superuser.query('update es.ledger set position = position + 1000000 where position > $1', [at]);
    await superuser.query('update es.ledger set position = position - 1000001 where position > 1000000');
    expect(await verifyDatabase(copy.url)).toMatchObject(found('edited', at));
  });

  test('swapped pair', async () => {
    await superuser.query(
      'update es.ledger set position = -position where position in ($1, $2)'.replace('-position', 'position + 1000000'),
      [at, at + 1],
    );
    await superuser.query(
      'update es.ledger set position = case position when $1::bigint + 1000000 then $1::bigint + 1 else $1::bigint end where position >= 1000000',
      [at],
    );
    expect(await verifyDatabase(copy.url)).toMatchObject(found('edited', at));
  });

  test('cut tail', async () => {
    await superuser.query(
      'delete from es.events where event_id in (select event_id from es.ledger where position >= 590)',
    );
    await superuser.query('delete from es.ledger where position >= 590');
    expect(await verifyDatabase(copy.url)).toMatchObject(found('cut-tail', 590));
  });

  test('cut tail, with the checkpoints over it: found with a checkpoint that was kept outside', async () => {
    const { rows } = await superuser.query('select note from es.checkpoints order by size desc limit 1');
    const kept = join(folder, 'outside.note');
    await writeFile(kept, rows[0].note);
    await superuser.query('delete from es.checkpoints where size > 300');
    await superuser.query(
      'delete from es.events where event_id in (select event_id from es.ledger where position >= 300)',
    );
    await superuser.query('delete from es.ledger where position >= 300');
    await superuser.query('update es.log_state set size = 300');
    expect(await verifyDatabase(copy.url, '--checkpoint', kept)).toMatchObject(found('cut-tail', 300));
  });

  test('forged checkpoint', async () => {
    const forger = generateSigningKey();
    const note = signCheckpoint(
      sha256,
      { origin: ORIGIN, size: 450, root: sha256(utf8('forged')) },
      fromBase64(forger.publicKey),
      (message) => sign(null, message, forger.privateKey),
    );
    await superuser.query('insert into es.checkpoints (size, root, note) values (450, $1, $2)', [
      Buffer.from(sha256(utf8('forged'))),
      note,
    ]);
    expect(await verifyDatabase(copy.url)).toMatchObject(found('forged-checkpoint', 449));
  });

  test('event beside the log', async () => {
    await superuser.query(
      'insert into es.events select gen_random_uuid(), tenant_id, stream_id, 99999, event_type, schema_version, body, meta, recorded_at from es.events limit 1',
    );
    expect(await verifyDatabase(copy.url)).toMatchObject({
      code: 1,
      problems: [expect.objectContaining({ kind: 'stray' })],
    });
  });
});

describe('in the export, somebody’s', () => {
  const altered = join(tmpdir(), `muster-altered-${process.pid}.ndjson`);
  afterAll(() => rm(altered, { force: true }));

  async function alter(
    change: (lines: string[], index: (position: number) => number) => string[],
  ): Promise<Report & { code: number }> {
    const lines = (await readFile(exportFile, 'utf8')).trimEnd().split('\n');
    const index = (position: number) => lines.findIndex((line) => line.includes(`"k":"event","position":${position},`));
    await writeFile(altered, `${change(lines, index).join('\n')}\n`);
    return verifyExport(altered);
  }

  test('edited body', async () => {
    const report = await alter((lines, index) =>
      lines.with(index(77), (lines[index(77)] ?? '').replace(/"body":".*"/, '"body":"{}"')),
    );
    expect(report).toMatchObject({ code: 1, firstWrongPosition: 77 });
  });

  test('deleted event', async () => {
    expect(await alter((lines, index) => lines.toSpliced(index(77), 1))).toMatchObject({
      code: 1,
      firstWrongPosition: 77,
      problems: expect.arrayContaining([expect.objectContaining({ kind: 'missing', position: 77 })]),
    });
  });

  test('swapped pair', async () => {
    const report = await alter((lines, index) =>
      lines.with(index(77), lines[index(78)] ?? '').with(index(78), lines[index(77)] ?? ''),
    );
    expect(report).toMatchObject({ code: 1, firstWrongPosition: 77 });
  });

  test('cut tail', async () => {
    expect(await alter((lines, index) => lines.slice(0, index(590)))).toMatchObject({
      code: 1,
      firstWrongPosition: 590,
    });
  });

  test('altered checkpoint', async () => {
    const report = await alter((lines) =>
      lines.map((line) =>
        line.includes('"k":"checkpoint","size":300') ? line.replace(`\\n300\\n`, `\\n299\\n`) : line,
      ),
    );
    expect(report).toMatchObject({ code: 1, firstWrongPosition: 299, problems: [{ kind: 'forged-checkpoint' }] });
  });

  test('unreadable line: no verdict', async () => {
    await writeFile(altered, 'not an export\n');
    expect(await muster('verify', '--export', altered, '--trust', keysetFile)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('line 1'),
    });
  });
});
