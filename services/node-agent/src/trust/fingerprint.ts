// What people compare of a server's keys: SHA-256 over the raw public keys, absent ones left out.
import { sha256Hex } from '@muster/kernel/hashing';
import type { PublicKeyText } from '@muster/kernel/signing';

/** In the order identity, host, sealing. */
export function fingerprintOfKeys(keys: readonly (PublicKeyText | null)[]): string {
  return sha256Hex(Buffer.concat(keys.filter((key) => key !== null).map((key) => Buffer.from(key, 'base64'))));
}
