// Ed25519 in Node. A signature always covers a purpose and the bytes, so that what was signed for one purpose
// (a task) can never be shown as another (a receipt, a sign-in).
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { concatBytes, toHex, utf8 } from './bytes.ts';

/** What a signature is for. The purpose is part of the signed bytes. */
export type SigningPurpose =
  | 'muster/keyset/v1'
  | 'muster/witnesses/v1'
  | 'muster/epoch/v1'
  | 'muster/backup/v1'
  | 'muster/task/v1'
  | 'muster/cancel/v1'
  | 'muster/receipt/v1'
  | 'muster/hello/v1'
  | 'muster/succession/v1'
  | 'muster/welcome/v1'
  | 'muster/enrolment/v1'
  | 'muster/cosignature/v1'
  | 'muster/release/v1'
  | 'muster/policy/v1'
  | 'muster/report/v1';

/** 32 raw bytes of an Ed25519 public key, in base64: the spelling used in JSON and in files. */
export type PublicKeyText = string;

const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

export interface SigningKey {
  readonly publicKey: PublicKeyText;
  readonly keyId: string;
  readonly privateKey: KeyObject;
}

function signedBytes(purpose: SigningPurpose, bytes: Uint8Array): Uint8Array {
  return concatBytes(utf8(purpose), new Uint8Array([0]), bytes);
}

/** The first 16 hexadecimal digits of SHA-256 over the raw public key. */
export function keyIdOf(publicKey: PublicKeyText): string {
  return fingerprintOf(publicKey).slice(0, 16);
}

/** SHA-256 over the raw public key, 64 hexadecimal digits: what people compare. */
export function fingerprintOf(publicKey: PublicKeyText): string {
  return toHex(createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest());
}

export function publicKeyObject(publicKey: PublicKeyText): KeyObject {
  const raw = Buffer.from(publicKey, 'base64');
  if (raw.length !== 32) throw new TypeError('an Ed25519 public key has 32 bytes');
  return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' });
}

function signingKeyFrom(privateKey: KeyObject): SigningKey {
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const publicKey = der.subarray(SPKI_PREFIX.length).toString('base64');
  return { publicKey, keyId: keyIdOf(publicKey), privateKey };
}

export function generateSigningKey(): SigningKey {
  return signingKeyFrom(generateKeyPairSync('ed25519').privateKey);
}

/** PKCS#8 PEM, the form in which key files are kept. */
export function exportSigningKey(key: SigningKey): string {
  return key.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

export function importSigningKey(pem: string): SigningKey {
  const privateKey = createPrivateKey(pem);
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new TypeError('not an Ed25519 private key');
  return signingKeyFrom(privateKey);
}

/** A key from its 32 secret bytes: the root key's words spell these. */
export function signingKeyFromSeed(seed: Uint8Array): SigningKey {
  if (seed.length !== 32) throw new TypeError('an Ed25519 seed has 32 bytes');
  return signingKeyFrom(createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' }));
}

export function seedOf(key: SigningKey): Uint8Array {
  return key.privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(PKCS8_PREFIX.length);
}

/** Base64 of the 64-byte signature. */
export function signFor(purpose: SigningPurpose, key: SigningKey, bytes: Uint8Array): string {
  return sign(null, signedBytes(purpose, bytes), key.privateKey).toString('base64');
}

export function verifyFor(
  purpose: SigningPurpose,
  publicKey: PublicKeyText,
  bytes: Uint8Array,
  signature: string,
): boolean {
  const raw = Buffer.from(signature, 'base64');
  return raw.length === 64 && verify(null, signedBytes(purpose, bytes), publicKeyObject(publicKey), raw);
}
