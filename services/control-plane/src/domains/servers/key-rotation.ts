// Whether a server's agent can replace its identity key, and what people compare of its keys.
import { createHash } from 'node:crypto';

/** `speaks`: what its agent named when it connected last; null when it never has. */
export function whyKeyIsFixed(speaks: readonly string[] | null): string | null {
  if (speaks === null) return 'It has not called yet';
  return speaks.includes('keys') ? null : 'Its agent cannot replace its key. Update the agent first, or enrol it again';
}

/** What people compare: SHA-256 over the raw public keys, absent ones left out. */
export function fingerprintOfKeys(keys: readonly (string | null)[]): string {
  const raw = keys.filter((key) => key !== null).map((key) => Buffer.from(key, 'base64'));
  return createHash('sha256').update(Buffer.concat(raw)).digest('hex');
}
