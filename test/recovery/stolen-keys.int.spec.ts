// The ledger key was stolen, and then the root key: what the runbook says to do, with its own commands, a real PostgreSQL, and
// servers that judge by the agent's own code what a thief shows them.
import { cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sign } from 'node:crypto';
import { signKeyset } from '@muster/control-plane/platform/keys/epochs';
import { currentKey, ensureKeys, readKey, readTrust } from '@muster/control-plane/platform/keys/key-store';
import { fromBase64 } from '@muster/kernel/bytes';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { signCheckpoint } from '@muster/kernel/checkpoint';
import { sha256 } from '@muster/kernel/hashing';
import { newId } from '@muster/kernel/ids';
import { generateSigningKey, signFor, type SigningKey } from '@muster/kernel/signing';
import type { Keyset, SignedKeyset } from '@muster/contracts/agent';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IdentityKeys, Witness, WitnessInMemory } from '../../services/node-agent/src/link/index.ts';
import { openTask } from '../../services/node-agent/src/trust/envelope.ts';
import { openKeyset } from '../../services/node-agent/src/trust/keyset.ts';
import { isRefusal } from '../../services/node-agent/src/trust/refusal.ts';
import { RawAgent } from '../attacks/support/raw-agent.ts';
import type { SimulatedIdentity } from '../fleet/identity.ts';
import { SimulatedServer } from '../fleet/simulated-server.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { Installation } from './installation.ts';
import { RunbookShell } from './runbook-shell.ts';
import { Switchboard } from './switchboard.ts';
import { until } from './until.ts';

const RUNBOOK = 'runbooks/key-stolen';
const REVOKED = /the newest checkpoint, of \d+ events, is signed by a key that root has revoked/;
let folder = '';
let database: TestDatabase;
let next: TestDatabase;
let muster: Installation;
let board: Switchboard;
let server: SimulatedServer;
let identity: SimulatedIdentity;
let shell: RunbookShell;

const at = (...parts: string[]): string => join(folder, ...parts);
const keys = (): string => at('installation', 'keys');
const shellOf = (of: TestDatabase, installation: string): RunbookShell =>
  new RunbookShell({
    url: of.url,
    auditorUrl: of.urlAs('muster_auditor'),
    installation,
    places: { '/media/offline': at('offline'), $PWD: folder, '/srv/backups': at('backups') },
  });
const begin = async (of: TestDatabase, installation: string): Promise<void> => {
  muster = await Installation.start(installation, of.url);
  board.plug(muster.port);
};
const end = async (): Promise<void> => {
  board.plug(null);
  await muster.stop();
};
const connect = async (as: SimulatedIdentity): Promise<void> => {
  server = new SimulatedServer(as, { controlPlane: board.url, banEveryMs: 0, log: () => undefined });
  await server.start();
  await until('the server is connected', async () => server.connected);
};
const blocked = async (range: string): Promise<void> => {
  await muster.block(range);
  await until(`${range} is blocked`, async () => (await muster.openTasks()) === 0);
};
const newestNote = async (): Promise<{ note: string; size: number }> => {
  const { rows } = await muster.superuser.query<{ note: string; size: string }>(
    'select note, size from es.checkpoints order by size desc limit 1',
  );
  return { note: rows[0]?.note ?? '', size: Number(rows[0]?.size) };
};
const allSigned = () =>
  until('everything is signed', async () => {
    const { rows } = await muster.superuser.query<{ signed: boolean }>(
      `select size = (select max(size) from es.checkpoints) and not exists (select from es.pending) as signed
       from es.log_state`,
    );
    return rows[0]?.signed ?? false;
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-stolen-'));
  [database, next] = [await createDatabase(), await createDatabase()];
  await mkdir(at('offline'));
  await mkdir(at('backups'));
  const { rootWords } = ensureKeys(keys(), 'stolen.test/muster/1', new Date());
  await writeFile(at('offline', 'root-words.txt'), `${rootWords}\n`);
  shell = shellOf(database, at('installation'));
  board = await Switchboard.open();
  await begin(database, at('installation'));
  identity = await muster.enrol(at('server'), 'fra-web-01');
  await connect(identity);
  await muster.entrust(identity.server);
  await blocked('203.0.113.1');
  await rename(join(keys(), 'root.key'), at('offline', 'root.key'));
}, 120_000);
afterAll(async () => {
  server.stop();
  await end();
  await board.close();
  await database.drop();
  await next.drop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

describe('a stolen ledger key', () => {
  let stolen: SigningKey;
  let held: Keyset;
  let witness: Witness;

  /** Another past of the same size as `like`, as the thief would sign it. */
  const otherTree = (size: number): { note: string; proof: string[] } => {
    const note = signCheckpoint(
      sha256,
      { origin: 'stolen.test/muster/1', size, root: sha256(new TextEncoder().encode('another past')) },
      fromBase64(stolen.publicKey),
      (message) => sign(null, message, stolen.privateKey),
    );
    return { note, proof: [] };
  };

  beforeAll(async () => {
    stolen = readKey(keys(), 'ledger');
    held = readTrust(keys()).keyset;
    witness = await Witness.open(
      new WitnessInMemory(),
      new IdentityKeys({ current: identity.agentKey }),
      identity.rootKey,
    );
    await allSigned();
    expect(await witness.judge({ ...(await newestNote()), proof: [] }, held, new Date())).toMatchObject({
      t: 'cosign',
    });
  });

  it('is revoked with the root key given back, and handed out anew', async () => {
    const revoked = await shell.asWritten(RUNBOOK, 'keys revoke', (commands) =>
      commands.replace(' ID ', ` ${stolen.keyId} `),
    );
    expect(revoked).toContain(`The ledger key ${stolen.keyId} is revoked`);
    expect(await shell.asWritten(RUNBOOK, 'setup')).toContain('Every process has its own address and keys.');
  });

  it('leaves a ledger that is a problem as long as it has the last word', async () => {
    // The sequencer has not been restarted yet: it signs the revocation itself with the key that is revoked.
    await allSigned();
    await expect(shell.asWritten(RUNBOOK, 'auditor\n')).rejects.toThrow(REVOKED);
  });

  it('and one that is intact as soon as anything is recorded under the new key', async () => {
    await end();
    await begin(database, at('installation'));
    await until('the server is back', async () => server.connected);
    await blocked('203.0.113.2');
    await allSigned();
    expect(currentKey(readTrust(keys()).keyset, 'ledger').id).not.toBe(stolen.keyId);
    expect(await shell.asWritten(RUNBOOK, 'auditor\n')).toContain('The ledger is intact.');
  });

  it('makes a witness alarm before it has the new keyset, and is nothing to it afterwards', async () => {
    const seen = witness.head;
    const forged = otherTree(witness.size);
    expect(await witness.judge(forged, held, new Date())).toMatchObject({ t: 'fork-alarm' });
    const now = readTrust(keys()).keyset;
    expect(await witness.judge(forged, now, new Date())).toBeUndefined();
    expect(await witness.judge(otherTree(witness.size + 100), now, new Date())).toBeUndefined();
    expect(witness.head).toEqual(seen);
  });
});

describe('a stolen root key', () => {
  let root: SigningKey;
  let ofThief: SigningKey;
  let thievish: SignedKeyset;

  /** What a server makes of a task that the thief signs under a keyset of the thief's. */
  const judged = (by: SimulatedIdentity) => {
    const keyset = openKeyset(thievish, by.rootKey);
    if (isRefusal(keyset)) return keyset;
    const now = Date.now();
    const bytes = canonicalBytes({
      ...{ v: 1, task: newId(), server: by.server, lane: 'guard', seq: 1000, name: 'bans.apply@1', args: {} },
      ...{ notBefore: new Date(now).toISOString(), notAfter: new Date(now + 60_000).toISOString() },
      ...{ actor: 'thief', approvals: [], key: ofThief.keyId },
    });
    const signature = signFor('muster/task/v1', ofThief, bytes);
    const envelope = { body: Buffer.from(bytes).toString('base64'), signature, keyId: ofThief.keyId };
    return openTask(envelope, { server: by.server, keyset, now: new Date() });
  };

  beforeAll(() => {
    root = readKey(at('offline'), 'root');
    ofThief = generateSigningKey();
    const { keyset } = readTrust(keys());
    const named = keyset.keys.map((key) =>
      key.use === 'task' ? { ...key, id: ofThief.keyId, publicKey: ofThief.publicKey } : key,
    );
    thievish = signKeyset({ ...keyset, serial: keyset.serial + 1, keys: named }, root);
  });

  it('can make every server obey another, and cannot be revoked', async () => {
    expect(isRefusal(judged(identity))).toBe(false);
    const named = (commands: string): string => commands.replace(' ID ', ` ${root.keyId} `);
    await expect(shell.asWritten(RUNBOOK, 'keys revoke', named)).rejects.toThrow('No online key has the id');
  });

  it('leaves a ledger that is kept as a file and verifies on its own', async () => {
    await shell.run(`muster backup --installation '${at('installation')}' --to '${at('backups', 'old')}'`);
    // The first of these commands; the others are containers' and volumes'.
    await shell.asWritten(RUNBOOK, 'down --volumes', (commands) => commands.split('\n', 1).join('\n'));
    const exported = at('ledger-of-the-stolen-root-key.ndjson');
    const verified = await shell.run(`muster verify --export '${exported}' --trust '${join(keys(), 'root.pub')}'`);
    expect(verified).toContain('The ledger is intact.');
  });

  it('is worth nothing in a new installation, to which the server is enrolled again', async () => {
    await end();
    server.stop();
    await cp(keys(), at('stolen-keys'), { recursive: true });
    shell = shellOf(next, at('anew'));
    expect(await shell.run('docker compose run --rm setup')).toContain('The root key was made.');
    await begin(next, at('anew'));
    const again = await muster.enrol(at('server-again'), 'fra-web-01');
    expect(again.rootKey).not.toBe(identity.rootKey);
    await connect(again);
    await muster.entrust(again.server);
    await blocked('203.0.113.3');
    expect(judged(again)).toMatchObject({ refused: true, code: 'root' });
    // A server of the old installation is a stranger.
    const stranger = new RawAgent(`http://127.0.0.1:${muster.port}`);
    await stranger.hello(identity);
    expect(await stranger.until('goodbye')).toMatchObject({ code: 'unknown' });
    stranger.end();
  });

  it('and no backup of the old installation gets into the new one', async () => {
    await end();
    const words = { '/media/offline/root-words.txt': at('anew', 'keys', 'root-words.txt') };
    const into = new RunbookShell({
      ...{ url: next.url, auditorUrl: next.urlAs('muster_auditor'), installation: at('anew') },
      places: { ...words, '/srv/backups/2026-11-21': at('backups', 'old') },
    });
    // Its own words lie where the runbook would put them.
    const restore = (commands: string): string => commands.replace(/^install.*$/m, '').replace(/^shred.*$/m, '');
    await expect(into.asWritten('runbooks/postgres-restored', '--replace', restore)).rejects.toThrow(
      'The backup is of another installation',
    );
    await begin(next, at('anew'));
  });
});
