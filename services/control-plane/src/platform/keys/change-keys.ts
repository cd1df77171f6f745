// Changes of online keys: each is a new keyset that root signs. Rotated, the old key is accepted a little longer, for what
// is on its way; revoked, nobody accepts it any more, whatever it signed.
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Keyset, SignedKeyset } from '@muster/contracts/agent';
import { exportSigningKey, generateSigningKey, type SigningKey } from '@muster/kernel/signing';
import { signKeyset } from './epochs.ts';
import { currentKey, KeyError, ONLINE_KEY_DAYS, readTrust, type OnlineKey, type OnlineUse } from './key-store.ts';

const DAY_MS = 86_400_000;
/** Longer than an envelope is good for: what was signed before the change still arrives. */
const OVERLAP_MS = 13 * 3_600_000;
/** Clocks of servers differ a little. */
const EARLY_MS = 300_000;

export interface RotatedKey {
  readonly use: OnlineUse;
  readonly from: string;
  readonly to: string;
  /** The old key is accepted until then. */
  readonly until: string;
  readonly keyset: Keyset;
  readonly signed: SignedKeyset;
}

export function rotateKey(folder: string, use: OnlineUse, root: SigningKey, now: Date): RotatedKey {
  const held = heldBy(folder, root);
  const old = currentKey(held, use);
  const end = new Date(now.getTime() + OVERLAP_MS).toISOString();
  const until = end < old.notAfter ? end : old.notAfter;
  const next = generateSigningKey();
  const keys = [
    onlineKey(next, use, now),
    // What has ended stays in the ledger's older keysets, where verification finds it.
    ...held.keys
      .filter((key) => Date.parse(key.notAfter) > now.getTime())
      .map((key) => (key.id === old.id ? { ...key, notAfter: until } : key)),
  ];
  const written = write(folder, { ...held, keys }, root, now, { use, key: next });
  return { use, from: old.id, to: next.keyId, until, ...written };
}

export interface RevokedKey {
  readonly use: OnlineUse;
  readonly id: string;
  /** The key that took its place; null when it was no longer the one in use. */
  readonly replacedBy: string | null;
  readonly keyset: Keyset;
  readonly signed: SignedKeyset;
}

/** Throws KeyError for an id that the keyset does not name. */
export function revokeKey(folder: string, id: string, root: SigningKey, now: Date): RevokedKey {
  const held = heldBy(folder, root);
  const stolen = held.keys.find((key) => key.id === id);
  if (stolen === undefined) {
    const known = held.keys.map((key) => `${key.use} ${key.id}`).join(', ');
    throw new KeyError(`No online key has the id ${id}; there are: ${known}`);
  }
  const { use } = stolen;
  const revoked = [...new Set([...held.revoked, id])];
  const left = held.keys.filter((key) => key.id !== id);
  if (currentKey(held, use).id !== id) {
    return { use, id, replacedBy: null, ...write(folder, { ...held, keys: left, revoked }, root, now) };
  }
  const next = generateSigningKey();
  const keys = [onlineKey(next, use, now), ...left];
  const written = write(folder, { ...held, keys, revoked }, root, now, { use, key: next });
  return { use, id, replacedBy: next.keyId, ...written };
}

function heldBy(folder: string, root: SigningKey): Keyset {
  const held = readTrust(folder);
  if (held.rootKey !== root.publicKey) {
    throw new KeyError('That root key is not the one that the servers of this installation trust');
  }
  return held.keyset;
}

function onlineKey({ keyId, publicKey }: SigningKey, use: OnlineUse, now: Date): OnlineKey {
  return {
    id: keyId,
    use,
    publicKey,
    notBefore: new Date(now.getTime() - EARLY_MS).toISOString(),
    notAfter: new Date(now.getTime() + ONLINE_KEY_DAYS * DAY_MS).toISOString(),
  };
}

/** The keyset first: cut off in between, the old key file still fits it, and the change is made again. */
function write(
  folder: string,
  changed: Keyset,
  root: SigningKey,
  now: Date,
  made?: { readonly use: OnlineUse; readonly key: SigningKey },
): { keyset: Keyset; signed: SignedKeyset } {
  const keyset: Keyset = { ...changed, serial: changed.serial + 1, issuedAt: now.toISOString() };
  const signed = signKeyset(keyset, root);
  replace(join(folder, 'keyset.json'), JSON.stringify(signed));
  if (made !== undefined) replace(join(folder, `${made.use}.key`), exportSigningKey(made.key));
  return { keyset, signed };
}

function replace(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
