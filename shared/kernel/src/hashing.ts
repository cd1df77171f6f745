// SHA-256 in Node. Browser code takes the same function from @noble/hashes.
import { createHash, hash } from 'node:crypto';

/** Of a text, its UTF-8. */
export function sha256(content: Uint8Array | string): Uint8Array<ArrayBuffer> {
  // One call into OpenSSL: a hash object would cost more than the hash of so few bytes. So would the ArrayBuffer that it
  // makes for each result (3 µs of 4), so the result comes as text, one character a byte.
  const text = hash('sha256', content, 'binary');
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
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
