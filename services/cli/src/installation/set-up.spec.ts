// An installation is made once, and no process is handed what another one works with.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signKeyset } from '@muster/control-plane/platform/keys/epochs';
import { readKey, readTrust } from '@muster/control-plane/platform/keys/key-store';
import { exportSigningKey, generateSigningKey, verifyFor } from '@muster/kernel/signing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setUp } from './set-up.ts';

const DAY_MS = 86_400_000;
let folder = '';
/** The root key's file, as it was taken away. */
let rootKey = '';
const said: string[] = [];
const at = (...parts: string[]): string => join(folder, ...parts);
const text = (...parts: string[]): string => readFileSync(at(...parts), 'utf8');

const TARBALL = 'muster-agent-1.4.0-linux-x64.tar.gz';
/** What the image's build writes beside the tarball: everything but the dates, which come with the signature. */
const asPacked = {
  v: 1,
  name: TARBALL,
  version: '1.4.0',
  arch: 'x64',
  node: '24.0.0',
  sha256: createHash('sha256').update('packed').digest('hex'),
  bytes: 'packed'.length,
  inputs: createHash('sha256').update('what is inside').digest('hex'),
  securityFloor: '1.0.0',
};

const run = () =>
  setUp({
    installation: at('installation'),
    handOut: at('handed-out'),
    publicUrl: 'https://muster.example.com',
    database: 'postgres:5432/muster',
    redis: 'redis:6379',
    releases: { from: at('packed'), to: at('releases') },
    say: (sentence) => void said.push(sentence),
  });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-setup-'));
  mkdirSync(at('packed'));
  mkdirSync(at('releases'));
  writeFileSync(at('packed', TARBALL), 'packed');
  writeFileSync(at('packed', `${TARBALL}.manifest.json`), JSON.stringify({ manifest: asPacked }));
  writeFileSync(at('packed', 'install.sh'), '#!/bin/sh\n');
  await run();
  rootKey = text('installation', 'keys', 'root.key');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('muster setup', () => {
  it.each([
    ['api', ['database.url', 'keyset.json', 'redis.url', 'root.pub', 'secrets.key']],
    ['worker', ['database.url', 'keyset.json', 'redis.url', 'root.pub', 'secrets.key']],
    ['gateway', ['database.url', 'gateway.key', 'keyset.json', 'redis.url', 'root.pub', 'secrets.key']],
    ['signer', ['database.url', 'keyset.json', 'root.pub', 'task.key']],
    ['sequencer', ['database.url', 'keyset.json', 'ledger.key', 'root.pub']],
    ['prober', ['database.url', 'keyset.json', 'root.pub']],
    ['auditor', ['database.url', 'keyset.json', 'root.pub']],
    ['migrate', ['database.url', 'role-passwords.json']],
    ['postgres', ['password']],
    ['redis', ['redis.conf']],
  ])('hands %s exactly what it works with', (process, files) => {
    expect(readdirSync(at('handed-out', process)).sort()).toEqual(files);
  });

  it('gives each process an address of its own role, in a file for its owner only', () => {
    expect(text('handed-out', 'signer', 'database.url')).toMatch(
      /^postgresql:\/\/muster_signer:[\w-]{32}@postgres:5432\/muster\n$/,
    );
    expect(statSync(at('handed-out', 'signer', 'task.key')).mode & 0o777).toBe(0o600);
    const passwords = Object.values(JSON.parse(text('handed-out', 'migrate', 'role-passwords.json')) as object);
    expect(new Set([...passwords, text('handed-out', 'postgres', 'password').trim()]).size).toBe(8);
  });

  it('names the log after the public address, and writes the words of the root key to a file, not to the log', () => {
    const keys = at('installation', 'keys');
    expect(readTrust(keys).keyset.origin).toBe('muster.example.com/muster/1');
    expect(text('installation', 'keys', 'root-words.txt').trim().split(' ')).toHaveLength(24);
    const words = text('installation', 'keys', 'root-words.txt').trim();
    expect(said.join('\n')).not.toContain(words);
    expect(said.join('\n')).toContain('root-words.txt');
  });

  it('signs the agent that was packed with the image', () => {
    const { signed } = JSON.parse(text('releases', `${TARBALL}.manifest.json`));
    const { publicKey } = readKey(at('installation', 'keys'), 'release');
    const body = Buffer.from(signed.body, 'base64');
    expect(verifyFor('muster/release/v1', publicKey, body, signed.signature)).toBe(true);
    expect(JSON.parse(body.toString())).toMatchObject(asPacked);
    expect(text('releases', TARBALL)).toBe('packed');
    expect(readdirSync(at('releases'))).toContain('install.sh');
  });

  it('makes nothing twice, and works without the root key once it was taken away', async () => {
    const before = ['signer/task.key', 'api/database.url', 'api/secrets.key', 'redis/redis.conf'].map((file) =>
      text('handed-out', file),
    );
    rmSync(at('installation', 'keys', 'root.key'));
    await run();
    const after = ['signer/task.key', 'api/database.url', 'api/secrets.key', 'redis/redis.conf'].map((file) =>
      text('handed-out', file),
    );
    expect(after).toEqual(before);
  });
});

describe('muster setup, once the root key was taken away and is given back', () => {
  const keys = (...parts: string[]): string => at('installation', 'keys', ...parts);
  const giveBack = (key: string): void => writeFileSync(keys('root.key'), key, { mode: 0o600 });
  const takeAway = (): void => {
    for (const file of ['root.key', 'root-words.txt']) rmSync(keys(file), { force: true });
  };
  const handedOut = (process: string) => JSON.parse(text('handed-out', process, 'keyset.json')) as unknown;
  const setUpAgain = async (): Promise<string> => {
    said.length = 0;
    await run();
    return said.join('\n');
  };
  /** Writes a keyset with the same keys, all of which end then. */
  const endAt = (end: Date): void => {
    giveBack(rootKey);
    const { keyset } = readTrust(keys());
    const ending = keyset.keys.map((key) => ({ ...key, notAfter: end.toISOString() }));
    const signed = signKeyset({ ...keyset, serial: keyset.serial + 1, keys: ending }, readKey(keys(), 'root'));
    writeFileSync(keys('keyset.json'), JSON.stringify(signed));
    takeAway();
  };

  it('leaves keys that are good for long as they are, and asks to have the root key taken away again', async () => {
    takeAway();
    const before = text('installation', 'keys', 'keyset.json');
    expect(await setUpAgain()).not.toContain('root.key');
    giveBack(rootKey);
    const sentences = await setUpAgain();
    expect(sentences).toContain('lies root.key, which no process works with: take what is there of the root key away.');
    expect(sentences).not.toContain('renewed');
    expect(text('installation', 'keys', 'keyset.json')).toBe(before);
    expect(text('installation', 'keys', 'root.key')).toBe(rootKey);
  });

  it.each([
    ['are about to end', 10 * DAY_MS],
    ['have ended', -DAY_MS],
  ])('renews keys that %s, and only then, and hands the keyset to every process', async (_, inMs) => {
    endAt(new Date(Date.now() + inMs));
    const ending = readTrust(keys());
    expect(await setUpAgain()).not.toContain('renewed');
    expect(readTrust(keys()).signed).toEqual(ending.signed);
    giveBack(rootKey);
    expect(await setUpAgain()).toContain('The keyset was renewed.');
    takeAway();
    const { signed, keyset, rootKey: root } = readTrust(keys());
    expect([keyset.serial, root]).toEqual([ending.keyset.serial + 1, ending.rootKey]);
    expect(keyset.keys.map(({ id }) => id)).toEqual(ending.keyset.keys.map(({ id }) => id));
    for (const { notAfter } of keyset.keys) expect(Date.parse(notAfter)).toBeGreaterThan(Date.now() + 89 * DAY_MS);
    for (const process of ['api', 'worker', 'gateway', 'signer', 'sequencer', 'prober', 'auditor']) {
      expect(handedOut(process)).toEqual(signed);
    }
  });

  it('refuses another root key, and hands nothing out', async () => {
    takeAway();
    const before = text('handed-out', 'signer', 'keyset.json');
    giveBack(exportSigningKey(generateSigningKey()));
    await expect(run()).rejects.toThrow(/is not the root key that agents of this installation trust/);
    expect(text('handed-out', 'signer', 'keyset.json')).toBe(before);
  });

  it('leaves nothing of the root key behind once it was taken away', async () => {
    giveBack(rootKey);
    await run();
    takeAway();
    const [, secret = ''] = rootKey.split('\n');
    expect(secret).toMatch(/^[\w+/]{60,}=*$/);
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      expect(entry.name).not.toMatch(/\.(new|unfinished)$/);
      expect(readFileSync(join(entry.parentPath, entry.name), 'utf8')).not.toContain(secret);
    }
    expect(readdirSync(keys()).sort()).toEqual([
      'gateway.key',
      'keyset.json',
      'ledger.key',
      'release.key',
      'root.pub',
      'task.key',
    ]);
  });
});
