// Online keys change while servers are connected: the `muster keys` program itself, a real PostgreSQL, and servers that judge
// keysets and envelopes with the agent's own code.
import { copyFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signKeyset } from '@muster/control-plane/platform/keys/epochs';
import { ensureKeys, readKey, readTrust } from '@muster/control-plane/platform/keys/key-store';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { newId } from '@muster/kernel/ids';
import { signFor, type SigningKey } from '@muster/kernel/signing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DatabaseSource } from '../../services/cli/src/ledger/database-source.ts';
import { Trust } from '../../services/cli/src/verify/trust.ts';
import { verifyLedger } from '../../services/cli/src/verify/verify-ledger.ts';
import { openTask } from '../../services/node-agent/src/trust/envelope.ts';
import { openKeyset, succeeds } from '../../services/node-agent/src/trust/keyset.ts';
import { isRefusal } from '../../services/node-agent/src/trust/refusal.ts';
import type { SimulatedIdentity } from '../fleet/identity.ts';
import { SimulatedServer } from '../fleet/simulated-server.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { Installation } from './installation.ts';
import { runMuster } from './muster.ts';
import { Switchboard } from './switchboard.ts';
import { until } from './until.ts';

let database: TestDatabase;
let folder = '';
let keys = '';
let muster: Installation;
let board: Switchboard;
let agent: SimulatedServer;
let identity: SimulatedIdentity;

const run = (...args: string[]) => runMuster(database.url, ...args);
const handedOut = (process: string): string => join(folder, 'handed-out', process);
const setUp = () =>
  run(
    ...['setup', '--installation', folder, '--hand-out', join(folder, 'handed-out')],
    ...['--public-url', 'https://keys.test'],
  );
const restart = async (): Promise<void> => {
  board.plug(null);
  await muster.stop();
  muster = await Installation.start(folder, database.url);
  board.plug(muster.port);
  await until('the server is back', async () => agent.connected);
};
const blocked = async (range: string): Promise<string> => {
  await muster.block(range);
  await until(`${range} is blocked`, async () => (await muster.openTasks()) === 0);
  const { rows } = await muster.superuser.query<{ state: string; envelope_key: string }>(
    `select t.state, t.envelope_key from muster.operations_tasks t join muster.operations_operations o using (operation_id)
     where o.subject = $1`,
    [range],
  );
  expect(rows[0]?.state).toBe('succeeded');
  return rows[0]?.envelope_key ?? '';
};

beforeAll(async () => {
  database = await createDatabase();
  folder = await mkdtemp(join(tmpdir(), 'muster-keys-'));
  keys = join(folder, 'keys');
  ensureKeys(keys, 'keys.test/muster/1', new Date());
  muster = await Installation.start(folder, database.url);
  identity = await muster.enrol(join(folder, 'server'), 'fra-web-01');
  board = await Switchboard.open();
  board.plug(muster.port);
  agent = new SimulatedServer(identity, { controlPlane: board.url, banEveryMs: 0, log: () => undefined });
  await agent.start();
  await muster.entrust(identity.server);
  await blocked('203.0.113.1');
}, 120_000);

afterAll(async () => {
  agent.stop();
  await board.close();
  await muster.stop();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

/** A task for the server as whoever holds that key could sign it. */
function forged(key: SigningKey) {
  const now = Date.now();
  const bytes = canonicalBytes({
    v: 1,
    task: newId(),
    server: identity.server,
    lane: 'guard',
    seq: 1000,
    name: 'bans.apply@1',
    args: {},
    notBefore: new Date(now).toISOString(),
    notAfter: new Date(now + 60_000).toISOString(),
    actor: 'thief',
    approvals: [],
    key: key.keyId,
  });
  return {
    body: Buffer.from(bytes).toString('base64'),
    signature: signFor('muster/task/v1', key, bytes),
    keyId: key.keyId,
  };
}
const judge = (key: SigningKey) => {
  const keyset = openKeyset(readTrust(keys).signed, identity.rootKey);
  if (isRefusal(keyset)) throw new Error(keyset.reason);
  return openTask(forged(key), { server: identity.server, keyset, now: new Date() });
};

describe('rotation', () => {
  it.each(['task', 'ledger', 'gateway', 'release'] as const)('of the %s key is taken up by servers', async (use) => {
    const before = readKey(keys, use).keyId;
    const { code, output } = await run('keys', 'rotate', use, '--installation', folder);
    expect([code, output]).toEqual([0, expect.stringContaining(`${before} is accepted until`)]);
    const after = readKey(keys, use).keyId;
    expect(after).not.toBe(before);
    const events = await muster.data('audit.KeyRotated');
    expect(events.at(-1)).toMatchObject({ use, from: before, to: after });
  });

  it('of all of them interrupts nothing: tasks are signed with the new key, checkpoints too', async () => {
    const old = readTrust(keys).keyset.keys.find(({ use, id }) => use === 'task' && id !== readKey(keys, 'task').keyId);
    await restart();
    expect(await blocked('203.0.113.2')).toBe(readKey(keys, 'task').keyId);
    expect(old).toBeDefined();
  });
});

describe('revocation', () => {
  it('ends a stolen key at every server, and a new one takes its place', async () => {
    const stolen = readKey(keys, 'task');
    expect(judge(stolen)).not.toHaveProperty('refused');
    const { code, output } = await run(
      'keys',
      'revoke',
      stolen.keyId,
      '--installation',
      folder,
      '--reason',
      'Disk copied',
    );
    expect([code, output]).toEqual([0, expect.stringContaining('took its place')]);
    expect(judge(stolen)).toMatchObject({ refused: true, code: 'revoked' });
    await restart();
    expect(await blocked('203.0.113.3')).not.toBe(stolen.keyId);
    expect(await muster.data('audit.KeyRevoked')).toMatchObject([
      { use: 'task', id: stolen.keyId, reason: 'Disk copied' },
    ]);
  });

  it('reaches every process by setup, which hands out the new key and the keyset that ends the old one', async () => {
    const stolen = readKey(keys, 'gateway').keyId;
    await setUp();
    expect(readKey(handedOut('gateway'), 'gateway').keyId).toBe(stolen);
    const revoked = await run('keys', 'revoke', stolen, '--installation', folder, '--reason', 'Disk copied');
    expect([revoked.code, revoked.output]).toEqual([
      0,
      expect.stringContaining('Hand out the new keyset (muster setup)'),
    ]);
    const { code, output } = await setUp();
    expect([code, output]).toEqual([0, expect.stringContaining('Every process has its own address and keys.')]);
    expect(readKey(handedOut('gateway'), 'gateway').keyId).toBe(readKey(keys, 'gateway').keyId);
    for (const process of ['api', 'gateway', 'signer', 'sequencer']) {
      expect(readTrust(handedOut(process)).keyset.revoked).toContain(stolen);
    }
    await restart();
    await blocked('203.0.113.4');
  });

  it('cannot be taken back by an older keyset, and not by whoever lacks the root key', async () => {
    const published = await muster.data('audit.KeysetPublished');
    const signed = published.map((event) => event['signed'] as { body: string; signature: string; rootKey: string });
    const sets = signed.flatMap((one) => {
      const opened = openKeyset(one, identity.rootKey);
      return isRefusal(opened) ? [] : [opened];
    });
    const newest = sets.at(-1);
    expect(sets.length).toBe(7);
    for (const older of sets.slice(0, -1)) expect(succeeds(older, newest)).toBe(false);
    const { code, output } = await run(
      'keys',
      'rotate',
      'task',
      '--installation',
      folder,
      '--root-key',
      join(keys, 'task.key'),
    );
    expect([code, output]).toEqual([2, expect.stringContaining('is not the one that the servers')]);
  });

  it('leaves a ledger that verifies with keys of all times', async () => {
    const source = await DatabaseSource.open(database.urlAs('muster_auditor'));
    const report = await verifyLedger(source, new Trust(readTrust(keys).rootKey));
    await source.close();
    expect(report.problems).toEqual([]);
    expect(report.tasks.verified).toBe(report.tasks.signed);
  });
});

describe('the root key given back to setup', () => {
  it('renews keys that have ended, which servers refuse, and they take up what it hands out', async () => {
    const offline = join(folder, 'root.key.taken-away');
    await rename(join(keys, 'root.key'), offline);
    const { keyset } = readTrust(keys);
    const over = new Date(Date.now() - 3_600_000).toISOString();
    const ended = {
      ...keyset,
      serial: keyset.serial + 1,
      keys: keyset.keys.map((key) => ({ ...key, notAfter: over })),
    };
    await copyFile(offline, join(keys, 'root.key'));
    await writeFile(join(keys, 'keyset.json'), JSON.stringify(signKeyset(ended, readKey(keys, 'root'))));
    await rm(join(keys, 'root.key'));
    expect(judge(readKey(keys, 'task'))).toMatchObject({ refused: true, code: 'key-expired' });

    const without = await setUp();
    expect([without.code, without.output]).toEqual([0, expect.not.stringContaining('renewed')]);
    expect(judge(readKey(keys, 'task'))).toMatchObject({ refused: true, code: 'key-expired' });

    await copyFile(offline, join(keys, 'root.key'));
    const { code, output } = await setUp();
    expect([code, output]).toEqual([0, expect.stringContaining('The keyset was renewed.')]);
    expect(output).toContain('take what is there of the root key away');
    await rm(join(keys, 'root.key'));

    const renewed = readTrust(handedOut('signer'));
    expect(renewed.signed).toEqual(readTrust(keys).signed);
    expect(renewed.keyset).toMatchObject({ serial: ended.serial + 1, revoked: keyset.revoked });
    expect(judge(readKey(handedOut('signer'), 'task'))).not.toHaveProperty('refused');
    await restart();
    expect(await blocked('203.0.113.5')).toBe(readKey(keys, 'task').keyId);
    const served = await muster.data('audit.KeysetPublished');
    expect(served.at(-1)).toMatchObject({ serial: ended.serial + 1 });
  });
});
