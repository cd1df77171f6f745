// SHA-256 in Node. Browser code takes the same function from @noble/hashes.
import { createHash, hash } from 'node:crypto';

export function sha256(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  // One call into OpenSSL: a hash object would cost more than the hash of so few bytes.
  return new Uint8Array(hash('sha256', bytes, 'buffer'));
}

export function sha256Hex(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * The hash of a block list, the same on both sides: SHA-256 over the sorted canonical ranges, each followed by a line
 * feed, a mark, and the never-blocked ranges likewise. Ends are left out: they tick, and are judged by their own clock.
 */
export function blockListHash(blocks: Iterable<string>, protections: Iterable<string>): string {
  const hash = createHash('sha256');
  for (const range of [...new Set(blocks)].sort()) hash.update(`${range}\n`);
  hash.update('--\n');
  for (const range of [...new Set(protections)].sort()) hash.update(`${range}\n`);
  return hash.digest('hex');
}
