import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { signingKeyFromSeed } from '@muster/kernel/signing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rotateKey } from './change-keys.ts';
import { currentKey, ensureKeys, goodKey, KeyError, readKey, readTrust } from './key-store.ts';

describe('the keys of an installation', () => {
  let folder = '';
  const start = new Date('2026-11-20T00:00:00Z');
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'keys-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are made once, readable by their owner only, and the words spell the root key', () => {
    const made = ensureKeys(folder, 'test/log/1', start);
    expect(statSync(join(folder, 'root.key')).mode & 0o777).toBe(0o600);
    const seed = mnemonicToEntropy(made.rootWords ?? '', wordlist);
    expect(signingKeyFromSeed(seed).publicKey).toBe(made.trust.rootKey);
    const again = ensureKeys(folder, 'test/log/1', start);
    expect(again).toMatchObject({ renewed: false, rootWords: null });
    expect(readTrust(folder).keyset).toEqual(made.trust.keyset);
  });

  it('are renewed with a greater serial before they end, while the root key is at hand', () => {
    ensureKeys(folder, 'test/log/1', start);
    const later = ensureKeys(folder, 'test/log/1', new Date('2027-01-25T00:00:00Z'));
    expect(later.trust.keyset.serial).toBe(2);
  });

  it('that were rotated out stay good until their end, also when the others are renewed meanwhile', () => {
    ensureKeys(folder, 'test/log/1', start);
    const { from, until } = rotateKey(folder, 'task', readKey(folder, 'root'), new Date('2027-01-25T00:00:00Z'));
    const soon = ensureKeys(folder, 'test/log/1', new Date('2027-01-25T01:00:00Z'));
    expect(soon.renewed).toBe(true);
    expect(goodKey(soon.trust.keyset, from, 'task', new Date('2027-01-25T12:00:00Z'))).toBeDefined();
    expect(goodKey(soon.trust.keyset, from, 'task', new Date(Date.parse(until) + 1000))).toBeUndefined();
    expect(currentKey(soon.trust.keyset, 'task').id).toBe(readKey(folder, 'task').keyId);
  });

  it('are left alone without the root key, and another root key is refused', () => {
    ensureKeys(folder, 'test/log/1', start);
    rmSync(join(folder, 'root.key'));
    expect(ensureKeys(folder, 'test/log/1', new Date('2027-01-25T00:00:00Z')).trust.keyset.serial).toBe(1);
    const other = mkdtempSync(join(tmpdir(), 'keys-'));
    ensureKeys(other, 'other/log/1', start);
    rmSync(join(folder, 'root.pub'));
    expect(() => readKey(folder, 'root')).toThrow(KeyError);
    rmSync(other, { recursive: true });
  });

  it('are left alone when what was put there as the root key is none, or cannot be read, and it is said', () => {
    const { rootWords } = ensureKeys(folder, 'test/log/1', start);
    const held = readFileSync(join(folder, 'keyset.json'), 'utf8');
    const later = () => ensureKeys(folder, 'test/log/1', new Date('2027-01-25T00:00:00Z'));
    writeFileSync(join(folder, 'root.key'), `${rootWords}\n`);
    expect(later).toThrow(KeyError);
    expect(later).toThrow(/root\.key is no root key/);
    rmSync(join(folder, 'root.key'));
    mkdirSync(join(folder, 'root.key'));
    expect(later).toThrow(/root\.key cannot be read \(EISDIR\)/);
    expect(readFileSync(join(folder, 'keyset.json'), 'utf8')).toBe(held);
  });

  it('know a key only for its use and within its time', () => {
    const { trust } = ensureKeys(folder, 'test/log/1', start);
    const task = readKey(folder, 'task');
    expect(goodKey(trust.keyset, task.keyId, 'task', start)).toBe(task.publicKey);
    expect(goodKey(trust.keyset, task.keyId, 'ledger', start)).toBeUndefined();
    expect(goodKey(trust.keyset, task.keyId, 'task', new Date('2027-06-01T00:00:00Z'))).toBeUndefined();
  });
});
