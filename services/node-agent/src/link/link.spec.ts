// The agent's half of the link against a real WebSocket server with real keys.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EpochStatement, JournalEntry, Keyset, Signed, SignedEpoch, SignedKeyset } from '@muster/contracts/agent';
import { journalPage } from '../runtime/journal-pages.ts';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { toHex } from '@muster/kernel/bytes';
import { signCheckpoint } from '@muster/kernel/checkpoint';
import { systemClock } from '@muster/kernel/clock';
import { sha256 } from '@muster/kernel/hashing';
import { consistencyProof, leafHash, nodeHash, rootOf } from '@muster/kernel/merkle';
import type { NodeHashes } from '@muster/kernel/merkle';
import { generateSigningKey, signFor, verifyFor } from '@muster/kernel/signing';
import { sign } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestControlPlane } from '../testing/control-plane.ts';
import { TestGateway } from '../testing/gateway.ts';
import { DiskSpool } from './disk-spool.ts';
import { EnrolmentRefused, enrol } from './enrol.ts';
import { IdentityKeys } from './identity-keys.ts';
import { Link } from './link.ts';
import { redactDeep } from './redaction.ts';
import { MemorySpool } from './spool.ts';
import type { Spool } from './spool.ts';
import { NO_EVENTS } from './task-handler.ts';
import type { TaskHandler } from './task-handler.ts';
import { webSocketTransport } from './transport.ts';
import { Witness } from './witness.ts';
import type { SeenCheckpoint } from './witness.ts';

const HASH = 'a'.repeat(64);
let plane: TestControlPlane;
let gateway: TestGateway;
let url: string;
const links: Link[] = [];
const agentKey = generateSigningKey();
const hostKey = generateSigningKey();

beforeEach(async () => {
  plane = new TestControlPlane();
  gateway = new TestGateway(plane);
  url = await gateway.listen();
});
afterEach(async () => {
  for (const link of links.splice(0)) link.stop();
  await gateway.close();
});

const enrolment = (token: string) =>
  enrol({
    controlPlane: url,
    token,
    keys: { agentKey, hostKey: hostKey.publicKey, sealingKey: null },
    hostname: 'test',
    machineHash: HASH,
    agentVersion: '0.1.0',
    offers: ['inventory', 'bans'],
    observeOnly: false,
    simulated: false,
  });

function taskHandler(changes: Partial<TaskHandler> = {}): TaskHandler {
  return {
    events: NO_EVENTS,
    state: () => Promise.resolve({ seen: { guard: 4 }, openTasks: [] }),
    submit: () => Promise.resolve({ state: 'received' }),
    cancel: () => Promise.resolve({ state: 'too-late' }),
    receipts: () => Promise.resolve([]),
    acknowledged: () => Promise.resolve(),
    journal: () => Promise.resolve({ entries: [], next: null }),
    keyset: () => Promise.resolve(),
    ...changes,
  };
}

async function connect(
  options: {
    tasks?: TaskHandler;
    spool?: Spool;
    memory?: { seen?: SeenCheckpoint; epoch?: SignedEpoch };
    rootKey?: string;
    keysets?: { current: Keyset | undefined };
  } = {},
): Promise<{ link: Link; said: string[] }> {
  const said: string[] = [];
  const memory: { seen?: SeenCheckpoint; epoch?: SignedEpoch } = options.memory ?? {};
  const keysets = options.keysets ?? { current: undefined };
  gateway.agentKey = agentKey.publicKey;
  const link = new Link({
    identity: {
      server: plane.server,
      keys: new IdentityKeys({ current: agentKey }),
      rootKey: options.rootKey ?? plane.root.publicKey,
      machineHash: HASH,
      bootId: 'boot',
      agentVersion: '0.1.0',
    },
    transport: webSocketTransport(url),
    tasks: options.tasks ?? taskHandler(),
    spool: options.spool ?? new MemorySpool(),
    witness: await Witness.open(
      {
        load: () => Promise.resolve(memory.seen),
        save: (seen) => {
          memory.seen = seen;
          return Promise.resolve();
        },
        loadEpoch: () => Promise.resolve(memory.epoch),
        saveEpoch: (epoch) => {
          memory.epoch = epoch;
          return Promise.resolve();
        },
      },
      { current: agentKey },
      plane.root.publicKey,
    ),
    keysets: {
      get current() {
        return keysets.current;
      },
      save: (_signed: SignedKeyset, keyset: Keyset) => {
        keysets.current = keyset;
        return Promise.resolve();
      },
    },
    clock: systemClock,
    load: () => 0.5,
    random: () => 0,
    log: (message, fields) => said.push(`${message} ${JSON.stringify(fields ?? {})}`),
  });
  links.push(link);
  link.start();
  return { link, said };
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400 && !holds(); tries++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(holds()).toBe(true);
}

describe('enrolment', () => {
  it('pins the root key that the token names', async () => {
    const { answer, rootKey } = await enrolment(gateway.token());
    expect(answer.server).toBe(plane.server);
    expect(rootKey).toBe(plane.root.publicKey);
  });
  it('refuses a control plane with another root key than the token names', async () => {
    const other = new TestGateway(new TestControlPlane());
    await expect(enrolment(other.token())).rejects.toThrow(/another root key than the token names/);
  });
  it('says in words that a token is none and that nobody answers', async () => {
    await expect(enrolment('secret')).rejects.toThrow(EnrolmentRefused);
    url = 'http://127.0.0.1:9';
    await expect(enrolment(gateway.token())).rejects.toThrow(/cannot be reached/);
  });
});

describe('handshake', () => {
  it('proves both sides and tells what the helper has seen', async () => {
    const { link } = await connect();
    expect(await gateway.frame('hello')).toMatchObject({
      server: plane.server,
      seen: { guard: 4, change: 0, job: 0 },
      keysetSerial: 0,
    });
    await until(() => link.ready);
    await gateway.frame('heartbeat');
  });
  it('does not talk to a gateway that cannot sign with the gateway key', async () => {
    gateway.welcomeKey = generateSigningKey();
    const spool = new MemorySpool();
    await spool.push(1, { kind: 'gap', items: [{ of: 'x', dropped: 1 }] });
    const { link, said } = await connect({ spool });
    await until(() => said.some((line) => line.includes('did not prove itself')));
    expect(link.ready).toBe(false);
    expect(gateway.frames.map((frame) => frame.t)).toEqual(['hello']);
  });
  it('does not take a keyset of a root key that was not pinned', async () => {
    const { said } = await connect({ rootKey: generateSigningKey().publicKey });
    await until(() => said.some((line) => line.includes('another root key than the pinned one')));
  });
  it('comes again when a full gateway said, not ever later', async () => {
    gateway.sendsAway = 2;
    const { link, said } = await connect();
    await until(() => link.ready);
    const waits = said
      .filter((line) => line.includes('answered 503'))
      .map((line) => /"retryInMs":(\d+)/.exec(line)?.[1]);
    expect(waits).toEqual(['1000', '1000']);
  });
  it('dials again when the connection is lost', async () => {
    const { link } = await connect();
    await until(() => link.ready);
    gateway.hangUp();
    await until(() => !link.ready);
    await until(() => gateway.frames.filter((frame) => frame.t === 'hello').length === 2);
  });
});

describe('tasks', () => {
  const receipt: Signed = { body: 'e30=', signature: `${'A'.repeat(86)}==`, keyId: hostKey.keyId };
  it('acknowledges, reports the start, and delivers the receipt until it is acknowledged', async () => {
    const acknowledged: string[] = [];
    const tasks = taskHandler({
      acknowledged: (task) => {
        acknowledged.push(task);
        return Promise.resolve();
      },
    });
    await connect({ tasks });
    await gateway.frame('heartbeat');
    const envelope = plane.envelope();
    gateway.send({ t: 'task', envelope: plane.sign(envelope) });
    expect(await gateway.frame('ack')).toMatchObject({ task: envelope.task, state: 'received' });
    tasks.events.onStarted(envelope.task);
    tasks.events.onReceipt(envelope.task, receipt);
    await gateway.frame('started');
    expect((await gateway.frame('receipt')).receipt).toEqual(receipt);
    gateway.send({ t: 'receipt-ack', task: envelope.task });
    await until(() => acknowledged.includes(envelope.task));
  });
  it('sends receipts that were left over from before', async () => {
    const { task } = plane.envelope();
    await connect({ tasks: taskHandler({ receipts: () => Promise.resolve([{ task, receipt }]) }) });
    expect(await gateway.frame('receipt')).toMatchObject({ task });
  });
  it('acknowledges nothing when the helper cannot be reached', async () => {
    const { said } = await connect({ tasks: taskHandler({ submit: () => Promise.reject(new Error('no helper')) }) });
    await gateway.frame('heartbeat');
    gateway.send({ t: 'task', envelope: plane.sign(plane.envelope()) });
    await until(() => said.some((line) => line.includes('no helper')));
    expect(gateway.frames.some((frame) => frame.t === 'ack')).toBe(false);
  });
});

describe('spool', () => {
  const gap = (of: string) => ({ kind: 'gap' as const, items: [{ of, dropped: 1 }] });
  it('delivers in order and again what was not acknowledged', async () => {
    gateway.acknowledgesBatches = false;
    const spool = new MemorySpool(5);
    await spool.push(1, gap('one'));
    await spool.push(0, gap('two'));
    const { link } = await connect({ spool });
    await gateway.frame('batch', (frame) => frame.seq === 6);
    gateway.acknowledgesBatches = true;
    gateway.hangUp();
    await until(() => !link.ready);
    await until(() => spool.waiting === 0);
    expect(gateway.frames.flatMap((frame) => (frame.t === 'batch' ? [frame.seq] : []))).toEqual([5, 6, 5, 6]);
  });

  let folder: string;
  const opened: DiskSpool[] = [];
  const open = async (limits?: Parameters<typeof DiskSpool.open>[1]) => {
    const spool = await DiskSpool.open(folder, limits);
    opened.push(spool);
    return spool;
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'muster-spool-'));
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((spool) => spool.close()));
    await rm(folder, { recursive: true, force: true });
  });
  it('survives a restart and never uses a number twice', async () => {
    const first = await open();
    await first.push(1, gap('one'));
    await first.push(0, gap('two'));
    const before = await first.after(0, 10);
    expect(before.map((batch) => batch.body.items)).toEqual([[{ of: 'one', dropped: 1 }], [{ of: 'two', dropped: 1 }]]);
    await first.acknowledge(before[0]?.seq ?? 0);
    const again = await open();
    expect((await again.after(0, 10)).map((batch) => batch.seq)).toContain(before[1]?.seq);
    await again.acknowledge(before[1]?.seq ?? 0);
    await again.push(1, gap('three'));
    const [last] = await (await open()).after(0, 10);
    expect(last?.seq).toBeGreaterThan(before[1]?.seq ?? 0);
  });
  it('drops metrics first, then the ban log, keeps security, and tells what is missing', async () => {
    const spool = await open({ segmentBytes: 1000, totalBytes: 8000, leastFreeBytes: 0 });
    const padded = (of: string) => gap(of.padEnd(40, '.'));
    const facts = { kind: 'capabilities' as const, items: [{ capability: 'bans' as const, barred: 'x'.repeat(200) }] };
    for (let i = 0; i < 5; i++) await spool.push(0, padded(`security ${i}`));
    for (let i = 0; i < 10; i++) await spool.push(2, facts);
    for (let i = 0; i < 60; i++) await spool.push(1, facts);
    const kept = await spool.after(0, 500);
    const security = kept.filter(({ body }) => body.kind === 'gap' && body.items[0]?.of.startsWith('security'));
    expect(security).toHaveLength(5);
    const dropped = kept
      .flatMap(({ body }) => (body.kind === 'gap' ? body.items : []))
      .filter((item) => item.of === 'capabilities')
      .reduce((sum, item) => sum + item.dropped, 0);
    expect(dropped + kept.filter(({ body }) => body.kind === 'capabilities').length).toBe(70);
    expect(dropped).toBeGreaterThan(10);
    expect(kept.map((batch) => batch.seq)).toEqual(kept.map((batch) => batch.seq).toSorted((a, b) => a - b));
  });
});

describe('witness', () => {
  const leaves = Array.from({ length: 8 }, (_, i) => leafHash(sha256, new Uint8Array([i])));
  const nodes =
    (of: readonly Uint8Array[]): NodeHashes =>
    (level, index) => {
      if (level === 0) return of[index] ?? new Uint8Array(32);
      return nodeHash(sha256, nodes(of)(level - 1, 2 * index), nodes(of)(level - 1, 2 * index + 1));
    };
  const note = (of: readonly Uint8Array[], size: number, key = plane.ledger, epoch = 1): string => {
    const root = rootOf(sha256, nodes(of), size);
    return signCheckpoint(
      sha256,
      { origin: `muster.test/log/${epoch}`, size, root },
      Buffer.from(key.publicKey, 'base64'),
      (message) => sign(null, message, key.privateKey),
    );
  };
  const beat = (text: string, proof: readonly Uint8Array[]) =>
    gateway.send({ t: 'beat', time: new Date().toISOString(), checkpoint: { note: text, proof: proof.map(toHex) } });

  it('co-signs what extends the last checkpoint and alarms on a fork and on a shrink', async () => {
    const memory: { seen?: SeenCheckpoint } = {};
    await connect({ memory });
    await gateway.frame('heartbeat');
    beat(note(leaves, 3), []);
    const first = await gateway.frame('cosign', (frame) => frame.size === 3);
    const statement = canonicalBytes({ origin: 'muster.test/log/1', size: 3, root: first.root, time: first.time });
    expect(verifyFor('muster/cosignature/v1', agentKey.publicKey, statement, first.signature)).toBe(true);
    beat(note(leaves, 7), consistencyProof(sha256, nodes(leaves), 3, 7));
    await gateway.frame('cosign', (frame) => frame.size === 7);

    const forked = [leafHash(sha256, new Uint8Array([99])), ...leaves.slice(1)];
    beat(note(forked, 8), consistencyProof(sha256, nodes(forked), 7, 8));
    expect(await gateway.frame('fork-alarm')).toMatchObject({
      seenSize: 7,
      why: expect.stringMatching(/does not contain/) as string,
    });
    beat(note(leaves, 5), []);
    await gateway.frame('fork-alarm', (frame) => frame.why.includes('shrank'));
    expect(memory.seen?.size).toBe(7);
  });
  describe('after a restore', () => {
    const restored = (
      of: readonly Uint8Array[],
      size: number,
      changes: Partial<EpochStatement> = {},
      key = plane.root,
    ) => {
      const bytes = canonicalBytes({
        v: 1,
        epoch: 2,
        origin: 'muster.test/log/2',
        previous: { origin: 'muster.test/log/1', size, root: toHex(rootOf(sha256, nodes(of), size)) },
        begunAt: '2026-11-20T03:00:00Z',
        backupTakenAt: '2026-11-19T03:00:00Z',
        ...changes,
      });
      return { body: Buffer.from(bytes).toString('base64'), signature: signFor('muster/epoch/v1', key, bytes) };
    };
    const head = (size: number): SeenCheckpoint => ({
      origin: 'muster.test/log/1',
      size,
      root: toHex(rootOf(sha256, nodes(leaves), size)),
    });
    /** What came after the restore is another than what had come before. */
    const other = [...leaves.slice(0, 5), ...[90, 91, 92].map((leaf) => leafHash(sha256, new Uint8Array([leaf])))];
    const meet = async (memory: { seen?: SeenCheckpoint; epoch?: SignedEpoch }): Promise<void> => {
      await connect({ memory });
      await gateway.frame('heartbeat');
      gateway.send({ t: 'keyset', keyset: plane.keyset(2, { origin: 'muster.test/log/2' }) });
    };

    it('goes on from where root says, although it had seen more', async () => {
      const memory = { seen: head(7) };
      await meet(memory);
      gateway.send({ t: 'epoch', epoch: restored(leaves, 5) });
      beat(note(other, 6, plane.ledger, 2), []);
      expect((await gateway.frame('cosign')).size).toBe(6);
      expect(memory.seen).toMatchObject({ origin: 'muster.test/log/2', size: 6 });
      expect(gateway.frames.some(({ t }) => t === 'fork-alarm')).toBe(false);
    });
    it('wants proof that nothing else changed when it had not seen more', async () => {
      await meet({ seen: head(4) });
      gateway.send({ t: 'epoch', epoch: restored(leaves, 5) });
      const forged = [leafHash(sha256, new Uint8Array([99])), ...other.slice(1)];
      beat(note(forged, 6, plane.ledger, 2), consistencyProof(sha256, nodes(forged), 4, 6));
      expect((await gateway.frame('fork-alarm')).why).toMatch(/does not contain/);
      beat(note(other, 6, plane.ledger, 2), consistencyProof(sha256, nodes(other), 4, 6));
      expect((await gateway.frame('cosign')).size).toBe(6);
    });
    it('does not believe a new name of the log that root has not stated', async () => {
      const memory = { seen: head(4) };
      await meet(memory);
      gateway.send({ t: 'epoch', epoch: restored(leaves, 5, {}, plane.ledger) });
      beat(note(other, 6, plane.ledger, 2), []);
      expect((await gateway.frame('fork-alarm')).why).toMatch(/root has not said/);
      expect(memory.seen.size).toBe(4);
    });
    it('alarms when one epoch is begun twice, and when an earlier one comes back', async () => {
      await meet({ seen: head(4), epoch: restored(leaves, 5) });
      gateway.send({ t: 'epoch', epoch: restored(leaves, 4) });
      expect((await gateway.frame('fork-alarm')).why).toMatch(/begun twice/);
      gateway.send({ t: 'epoch', epoch: restored(leaves, 4, { epoch: 3, origin: 'muster.test/log/3' }) });
      gateway.send({ t: 'epoch', epoch: restored(leaves, 5) });
      await gateway.frame('fork-alarm', ({ why }) => why.includes('after epoch 3'));
    });
    it('shows its journal in pages that fit into a frame, with what it had witnessed', async () => {
      const receipt = { body: 'A'.repeat(100_000), signature: `${'A'.repeat(86)}==`, keyId: '0'.repeat(16) };
      const all: JournalEntry[] = Array.from({ length: 7 }, (_, i) => ({
        task: `0190b5e2-7a10-7000-8000-00000000000${i}`,
        state: 'done',
        about: { name: 'bans.apply@1', lane: 'guard', seq: i + 1, actor: 'person', args: HASH },
        at: '2026-11-20T03:00:00Z',
        receipt,
      }));
      await connect({
        memory: { seen: head(4) },
        tasks: taskHandler({ journal: (from) => Promise.resolve(journalPage(all, from)) }),
      });
      await gateway.frame('heartbeat');
      gateway.send({ t: 'journal-request', from: 0 });
      const first = await gateway.frame('journal');
      expect(first).toMatchObject({ from: 0, next: 2, head: head(4) });
      gateway.send({ t: 'journal-request', from: 6 });
      const last = await gateway.frame('journal', ({ from }) => from === 6);
      expect(last.entries.map(({ task }) => task)).toEqual([all[6]?.task]);
      expect(last.next).toBeNull();
    });
  });
  it('does not listen to a note that the ledger key did not sign', async () => {
    const memory: { seen?: SeenCheckpoint } = {};
    await connect({ memory });
    await gateway.frame('heartbeat');
    beat(note(leaves, 3, generateSigningKey()), []);
    beat(note(leaves, 2), []);
    expect((await gateway.frame('cosign')).size).toBe(2);
    expect(memory.seen?.size).toBe(2);
  });
});

describe('redaction', () => {
  it('blanks what looks like a secret and leaves the rest', () => {
    const told = redactDeep({
      process: 'mysqld --password=hunter2 --port 3306',
      url: 'https://user:pw@example.test/x',
      hash: 'root:$y$j9T$abcdefgh$ijklmnop:19000',
      header: 'Authorization: Bearer abc.def.ghi',
      env: 'DB_PASSWORD="s3cret" WP_HOME=/var/www',
      key: '-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----',
      plain: ['nginx', 22, null],
    });
    const text = JSON.stringify(told);
    for (const secret of ['hunter2', 'user:pw', 'ijklmnop', 'abc.def', 's3cret', '\\nabc\\n'])
      expect(text).not.toContain(secret);
    for (const kept of ['--port 3306', 'example.test/x', 'WP_HOME=/var/www', 'nginx']) expect(text).toContain(kept);
  });
});
