// Keysets: the online keys that the pinned root key vouches for. Nothing here trusts the network: a keyset counts only
// when the root key that was pinned at enrolment signed its exact bytes, and only forwards in serial.
import { keyset } from '@muster/contracts/agent';
import type { Keyset, SignedKeyset } from '@muster/contracts/agent';
import { fingerprintOf, verifyFor } from '@muster/kernel/signing';
import type { PublicKeyText } from '@muster/kernel/signing';
import { refused } from './refusal.ts';
import type { Refusal } from './refusal.ts';

export type KeyUse = Keyset['keys'][number]['use'];

export function openKeyset(signed: SignedKeyset, pinnedRoot: PublicKeyText): Keyset | Refusal {
  if (signed.rootKey !== pinnedRoot)
    return refused('root', 'The keyset is signed by another root key than the pinned one');
  const bytes = Buffer.from(signed.body, 'base64');
  if (!verifyFor('muster/keyset/v1', pinnedRoot, bytes, signed.signature)) {
    return refused('signature', 'The keyset’s signature is not the root key’s');
  }
  const parsed = keyset.safeParse(parseJson(bytes));
  return parsed.success ? parsed.data : refused('malformed', 'The keyset has fields that this version does not know');
}

/** A keyset replaces the held one only with a higher serial: an old one cannot bring back a revoked key. */
export function succeeds(next: Keyset, held: Keyset | undefined): boolean {
  return held === undefined || (next.serial > held.serial && next.tenant === held.tenant);
}

/** The public key with this id and use, if root vouches for it now. */
export function vouchedKey(keys: Keyset, use: KeyUse, id: string, now: Date): PublicKeyText | Refusal {
  if (keys.revoked.includes(id)) return refused('revoked', `Key ${id} is revoked`);
  const key = keys.keys.find((one) => one.id === id && one.use === use);
  if (key === undefined) return refused('unknown-key', `Key ${id} is no ${use} key that root signed`);
  // The id is only a name; what counts is that it names this very key.
  if (fingerprintOf(key.publicKey).slice(0, 16) !== id) return refused('unknown-key', `Key ${id} has a wrong id`);
  const at = now.getTime();
  if (at < Date.parse(key.notBefore) || at > Date.parse(key.notAfter)) {
    return refused('key-expired', `Key ${id} is not valid at ${now.toISOString()}`);
  }
  return key.publicKey;
}

export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
