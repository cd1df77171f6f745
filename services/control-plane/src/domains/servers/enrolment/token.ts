// The enrolment token: names its enrolment, proves the bearer, and carries the root key's fingerprint so that the agent
// pins the right key whoever answers. Only its hash is kept.
import { randomBytes } from 'node:crypto';
import { enrolmentToken } from '@muster/contracts/agent';
import { sha256 } from '@muster/kernel/hashing';
import { fingerprintOf } from '@muster/kernel/signing';

export function makeToken(enrolmentId: string, rootKey: string): { token: string; hash: Buffer } {
  const secret = randomBytes(24).toString('base64url');
  const token = `muster1.${enrolmentId.replaceAll('-', '')}.${secret}.${fingerprintOf(rootKey).slice(0, 32)}`;
  return { token: enrolmentToken.parse(token), hash: hashToken(token) };
}

export function hashToken(token: string): Buffer {
  return Buffer.from(sha256(Buffer.from(token)));
}

export function enrolmentIdOf(token: string): string {
  const hex = token.split('.')[1] ?? '';
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
