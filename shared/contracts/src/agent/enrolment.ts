// Enrolment: a one-time token and the server's own keys against the pinned root key. HTTP, before any link exists.
import { z } from 'zod';
import { hostText, publicKey, sha256, signature, uuid } from '../values.ts';
import { capabilityName } from '../servers/events.ts';
import { signedKeyset } from './keyset.ts';

/**
 * `muster1.<enrolment id without hyphens>.<secret, base64url>.<first 32 hexadecimal digits of the root key's SHA-256>`
 * The last part lets the agent pin the right root key whoever answers.
 */
export const enrolmentToken = z
  .string()
  .regex(/^muster1\.[0-9a-f]{32}\.[A-Za-z0-9_-]{22,64}\.[0-9a-f]{32}$/, 'is not an enrolment token');

/** `POST /agent/v1/enrolments`. `proof` signs the canonical JSON of all other fields for 'muster/enrolment/v1' with the agent key. */
export const enrolRequest = z.strictObject({
  v: z.literal(1),
  token: enrolmentToken,
  agentKey: publicKey,
  hostKey: publicKey.nullable(),
  sealingKey: publicKey.nullable(),
  hostname: hostText(253),
  machineHash: sha256,
  agentVersion: hostText(40),
  offers: z.array(capabilityName).max(20),
  observeOnly: z.boolean(),
  simulated: z.boolean(),
  proof: signature,
});
export type EnrolRequest = z.infer<typeof enrolRequest>;

export const enrolAnswer = z.strictObject({
  server: uuid,
  name: z.string(),
  keyset: signedKeyset,
  /** What people compare: SHA-256 over agentKey, hostKey and sealingKey as raw bytes, absent ones left out. */
  fingerprint: sha256,
});
export type EnrolAnswer = z.infer<typeof enrolAnswer>;
