// The whole way on the real kernel: privd as a process in a network namespace of its own, with real nft. Deltas, a
// snapshot, a gap, drift, a flush seen by the real guard, expiry of a range that nft does not expire, and handing back.
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { receipt as receiptSchema } from '@muster/contracts/agent';
import type { Receipt, Signed } from '@muster/contracts/agent';
import { blockListHash } from '@muster/kernel/hashing';
import { newId } from '@muster/kernel/ids';
import { exportSigningKey, generateSigningKey } from '@muster/kernel/signing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PrivdClient } from '../../agentd/privd-client.ts';
import { newRepairs } from '../../agentd/repair-watch.ts';
import { HostStore } from '../../privd/host-store.ts';
import { TestControlPlane } from '../../testing/control-plane.ts';

const able =
  process.getuid?.() === 0 && existsSync('/usr/sbin/nft') && spawnSync('/usr/bin/unshare', ['-n', 'true']).status === 0;
const SOURCE = join(import.meta.dirname, '../..');
const GUARD = join(SOURCE, '../../../deploy/agent/files/muster-guard');

describe.skipIf(!able)('bans on real nft (needs root, nft and a network namespace)', () => {
  const plane = new TestControlPlane();
  const hostKey = generateSigningKey();
  const receipts = new Map<string, Signed>();
  let folder: string;
  let namespace: ChildProcess;
  let privd: ChildProcess;
  let client: PrivdClient;

  /** In the namespace of the test, never in the machine's own. */
  const inside = (...argv: string[]) => ['-t', String(namespace.pid), '-n', ...argv];
  const nft = (...args: string[]): string => {
    const ran = spawnSync('/usr/bin/nsenter', inside('/usr/sbin/nft', ...args), { encoding: 'utf8' });
    return ran.stdout + ran.stderr;
  };
  const run = async (name: string, args: object): Promise<Receipt> => {
    const envelope = plane.envelope({ name, args: args as Receipt['evidence'] });
    await client.submit(plane.sign(envelope));
    for (let tries = 0; tries < 400; tries++) {
      const receipt = receipts.get(envelope.task);
      if (receipt !== undefined) return receiptSchema.parse(JSON.parse(Buffer.from(receipt.body, 'base64').toString()));
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`no receipt for ${name}`);
  };
  const delta = (from: number, to: number, changes: object) =>
    run('bans.apply@1', { from, to, add: [], remove: [], protect: [], unprotect: [], ...changes });
  const block = (range: string, seconds: number | null = 3600) => ({ id: newId(), range, seconds });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'muster-bans-'));
    for (const name of ['state', 'guard', 'guard/records', 'scratch']) await mkdir(join(folder, name), { mode: 0o700 });
    await HostStore.create(
      join(folder, 'state'),
      {
        v: 1,
        server: plane.server,
        rootKey: plane.root.publicKey,
        controlPlane: 'http://192.0.2.9',
        controlPlaneAddresses: ['192.0.2.9'],
      },
      exportSigningKey(hostKey),
      plane.keyset(1),
    );
    namespace = spawn('/usr/bin/unshare', ['-n', 'sleep', '300'], { stdio: 'ignore' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const paths = ['state', 'guard', 'scratch'].flatMap((name) => [`--${name}`, join(folder, name)]);
    privd = spawn(
      '/usr/bin/nsenter',
      inside(
        process.execPath,
        '--conditions=source',
        join(SOURCE, 'main.ts'),
        'privd',
        '--socket',
        join(folder, 'privd.sock'),
        '--idle-seconds',
        '0',
        ...paths,
        '--policy',
        join(folder, 'no-policy'),
        '--fail2ban',
        join(folder, 'no-fail2ban'),
        '--units',
        join(folder, 'no-units'),
      ),
      { stdio: ['ignore', 'inherit', 'pipe'] },
    );
    await new Promise<void>((resolve) =>
      privd.stderr?.on('data', (chunk: Buffer) => chunk.includes('privd listens') && resolve()),
    );
    client = new PrivdClient(join(folder, 'privd.sock'));
    client.events = { onStarted: () => undefined, onReceipt: (task, receipt) => void receipts.set(task, receipt) };
  });
  afterAll(async () => {
    client.close();
    privd.kill('SIGTERM');
    namespace.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  it('takes bans on: the table is there and its receipt hashes what the kernel holds', async () => {
    const receipt = await run('bans.manage@1', { managed: true });
    expect(receipt).toMatchObject({
      outcome: 'succeeded',
      before: null,
      after: blockListHash([], []),
      evidence: { table: true },
    });
    expect(nft('list', 'table', 'inet', 'muster')).toContain('hook prerouting');
  });

  const first = block('203.0.113.77');
  const wide = block('198.51.100.128/25', null);
  it('applies a delta of every kind of range and reads it back', async () => {
    const ranges = [
      first,
      wide,
      block('203.0.114.0/24'),
      block('2001:db8::7'),
      block('2001:db8:1::/64'),
      block('2001:db8:2::/48', null),
    ];
    const receipt = await delta(0, 1, { add: ranges, protect: [{ id: newId(), range: '192.0.2.0/28' }] });
    expect(receipt).toMatchObject({
      outcome: 'succeeded',
      after: blockListHash(
        ranges.map((one) => one.range),
        ['192.0.2.0/28'],
      ),
      evidence: { revision: 1, blocks: 6, protected: 1 },
    });
    const table = nft('list', 'table', 'inet', 'muster');
    for (const text of [
      '203.0.113.77 timeout 1h',
      '198.51.100.128/25',
      '203.0.114.0 timeout',
      '2001:db8::7',
      '2001:db8:1::',
      '2001:db8:2::/48',
      '192.0.2.0/28',
    ]) {
      expect(table).toContain(text);
    }
  });
  it('answers a gap to a delta from elsewhere and changes nothing', async () => {
    const receipt = await delta(7, 8, { add: [block('203.0.113.99')] });
    expect(receipt).toMatchObject({ outcome: 'failed', code: 'gap', evidence: { revision: 1 } });
    expect(receipt.before).toBe(receipt.after);
    expect(nft('list', 'set', 'inet', 'muster', 'ban4')).not.toContain('203.0.113.99');
  });
  it('does not block the control plane, and says which address it spared', async () => {
    const receipt = await delta(1, 2, { add: [block('192.0.2.9'), block('203.0.113.80')] });
    expect(receipt).toMatchObject({ outcome: 'failed', code: 'protected', evidence: { revision: 2 } });
    expect(receipt.error).toContain('192.0.2.9, the control plane');
    expect(nft('list', 'set', 'inet', 'muster', 'ban4')).toContain('203.0.113.80');
  });
  it('lifts a block', async () => {
    expect(await delta(2, 3, { remove: [first.id] })).toMatchObject({
      outcome: 'succeeded',
      evidence: { verified: ['203.0.113.77'] },
    });
    expect(nft('list', 'set', 'inet', 'muster', 'ban4')).not.toContain('203.0.113.77');
  });
  it('sees and repairs what somebody else changed inside the table', async () => {
    nft('add', 'element', 'inet', 'muster', 'ban4', '{ 203.0.113.200 }');
    nft('delete', 'element', 'inet', 'muster', 'net4', '{ 198.51.100.128/25 }');
    const { repair, held } = await client.ask('held', {});
    expect(repair).toMatchObject({ cause: 'contents-differ', by: 'privd' });
    expect(held.hash).toBe(repair?.hash);
    expect(nft('list', 'set', 'inet', 'muster', 'ban4')).not.toContain('203.0.113.200');
    expect(nft('list', 'set', 'inet', 'muster', 'net4')).toContain('198.51.100.128/25');
    expect((await client.ask('held', {})).repair).toBeNull();
  });
  it('is put back by the guard within two seconds of a flush, with its ends, and leaves a record', async () => {
    const guard = spawn('/usr/bin/nsenter', inside(GUARD), {
      env: { ...process.env, MUSTER_GUARD_FOLDER: join(folder, 'guard') },
      stdio: 'ignore',
      detached: true,
    });
    await new Promise((resolve) => setTimeout(resolve, 800));
    nft('flush', 'ruleset');
    const flushed = performance.now();
    while (
      !nft('list', 'set', 'inet', 'muster', 'ban4').includes('203.0.113.80') &&
      performance.now() - flushed < 5000
    ) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(performance.now() - flushed).toBeLessThan(2000);
    expect(nft('list', 'set', 'inet', 'muster', 'ban4')).toMatch(/203\.0\.113\.80 timeout \S+ expires (?:59m|1h)/);
    await new Promise((resolve) => setTimeout(resolve, 500));
    if (guard.pid !== undefined) process.kill(-guard.pid, 'SIGTERM');
    const cursors = { repairs: {} };
    expect(await newRepairs(join(folder, 'guard'), cursors)).toMatchObject([{ by: 'guard' }]);
    expect(await newRepairs(join(folder, 'guard'), cursors)).toEqual([]);
    // The record is of the guard; for privd everything is as it should be.
    expect((await client.ask('held', {})).repair).toBeNull();
  });
  it('ends a range by itself that nft would keep', async () => {
    await delta(3, 4, { add: [block('203.0.115.0/26', 2)] });
    expect(nft('list', 'set', 'inet', 'muster', 'net4')).toContain('203.0.115.0/26');
    const { nextExpiry } = await client.ask('held', {});
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, (nextExpiry ?? 0) - Date.now()) + 200));
    expect((await client.ask('held', {})).repair).toBeNull();
    expect(nft('list', 'set', 'inet', 'muster', 'net4')).not.toContain('203.0.115.0/26');
  });
  it('takes a snapshot of thousands as one change and hashes it as the control plane does', async () => {
    const blocks = Array.from({ length: 2000 }, (_, i) => block(`198.18.${i >> 8}.${i & 255}`));
    const receipt = await run('bans.snapshot@1', { revision: 9, blocks, protections: [] });
    expect(receipt).toMatchObject({
      outcome: 'succeeded',
      after: blockListHash(
        blocks.map((one) => one.range),
        [],
      ),
      evidence: { blocks: 2000 },
    });
    expect(await run('bans.snapshot@1', { revision: 8, blocks: [], protections: [] })).toMatchObject({ code: 'gap' });
  });
  it('hands everything back', async () => {
    expect(await run('bans.manage@1', { managed: false })).toMatchObject({ outcome: 'succeeded', after: null });
    expect(nft('list', 'tables')).not.toContain('muster');
    expect(existsSync(join(folder, 'guard/current.nft'))).toBe(false);
    expect(await readFile(join(folder, 'state/bans.json'), 'utf8')).toContain('"managed":false');
  });
});
