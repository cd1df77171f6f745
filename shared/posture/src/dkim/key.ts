// The public half of a key that signs mail, in the one form in which keys are compared: kind, length, and the digest of
// its SubjectPublicKeyInfo. A server says it of the key that it signs with, the DNS of the key that is published.
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { said } from '../probe.ts';

/** RFC 8301 §3.2: less is not believed, and 2048 is what signers should use. */
const LEAST_BITS = 1024;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const signingKey = z.strictObject({ type: said(20), bits: z.int().positive(), sha256 });
export type SigningKey = z.infer<typeof signingKey>;

/** `bits` 0 and no digest: revoked, or no key that can be read. */
export const publishedKey = z.strictObject({
  type: said(20),
  bits: z.int().nonnegative(),
  sha256: sha256.nullable(),
});
export type PublishedKey = z.infer<typeof publishedKey>;

export const isStrong = ({ type, bits }: { readonly type: string; readonly bits: number }): boolean =>
  type === 'ed25519' ? bits > 0 : bits >= LEAST_BITS;

/** From `-----BEGIN PUBLIC KEY-----`; null when it is none, or of a kind that DKIM does not know. */
export function keyOfPem(pem: string): SigningKey | null {
  if (!/^-----BEGIN PUBLIC KEY-----$/m.test(pem)) return null;
  return keyBy(() => createPublicKey(pem));
}

/** `k` and `p` of a record (RFC 6376 §3.6.1): RSA as SubjectPublicKeyInfo; RFC 8463 §4: the 32 bytes of Ed25519. */
export function keyOfRecord(k: string, p: string): PublishedKey {
  const type = k.toLowerCase();
  const bytes = Buffer.from(p.replaceAll(/\s/g, ''), 'base64');
  const key = keyBy(() =>
    type === 'ed25519'
      ? createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') }, format: 'jwk' })
      : createPublicKey({ key: bytes, format: 'der', type: 'spki' }),
  );
  return key?.type === type ? key : { type: type.slice(0, 20), bits: 0, sha256: null };
}

function keyBy(read: () => KeyObject): SigningKey | null {
  try {
    const key = read();
    const type = key.asymmetricKeyType;
    if (type !== 'rsa' && type !== 'ed25519') return null;
    const bits = type === 'ed25519' ? 256 : (key.asymmetricKeyDetails?.modulusLength ?? 0);
    const digest = createHash('sha256')
      .update(key.export({ format: 'der', type: 'spki' }))
      .digest('hex');
    return bits === 0 ? null : { type, bits, sha256: digest };
  } catch {
    return null;
  }
}

/** `rsa of 2048 bits, SHA-256 0a1b…`: enough to tell two keys apart, and to find one again. */
export const keyInWords = ({ type, bits, sha256: digest }: PublishedKey): string =>
  digest === null ? 'no key' : `${type} of ${bits} bits, SHA-256 ${digest.slice(0, 16)}…`;
