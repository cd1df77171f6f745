// What privd verifies before it does anything: a task for one server, signed by the task key, in order, within its time.
import { harmlessJson } from '@muster/kernel/harmless-text';
import { z } from 'zod';
import { base64, hostText, keyId, sha256, signature, timestamp, uuid } from '../values.ts';
import { lane } from '../operations/events.ts';

/** An approver's own signature over the plan's hash; checked by privd against keys that root vouched for. */
export const approval = z.strictObject({
  approver: uuid,
  planHash: sha256,
  kind: z.enum(['passkey']),
  credentialId: z.string().max(500),
  authenticatorData: base64,
  clientData: base64,
  signature: base64,
});

/** The canonical JSON of this is signed for 'muster/task/v1'. */
export const taskEnvelope = z.strictObject({
  v: z.literal(1),
  task: uuid,
  server: uuid,
  lane,
  /** Per server and lane, only grows. */
  seq: z.int().positive(),
  /** `<capability>.<verb>@<version>` */
  name: z.string().max(80),
  args: z.record(z.string(), z.json()),
  notBefore: timestamp,
  notAfter: timestamp,
  actor: z.string().max(120),
  approvals: z.array(approval).max(8),
  key: keyId,
});
export type TaskEnvelope = z.infer<typeof taskEnvelope>;

/** Signed for 'muster/cancel/v1'. A cancel wins only if the task has not been applied; the answer says which. */
export const cancelEnvelope = z.strictObject({
  v: z.literal(1),
  task: uuid,
  server: uuid,
  issuedAt: timestamp,
  notAfter: timestamp,
  key: keyId,
});
export type CancelEnvelope = z.infer<typeof cancelEnvelope>;

/** `body`: canonical JSON in base64, exactly the signed bytes. */
export const signed = z.strictObject({ body: base64.max(2_500_000), signature, keyId });
export type Signed = z.infer<typeof signed>;

/** What privd signs with the host key for 'muster/receipt/v1' once a task is over on the host. */
export const receipt = z.strictObject({
  v: z.literal(1),
  task: uuid,
  server: uuid,
  /** SHA-256 of the envelope's bytes: binds the answer to exactly what was asked. */
  envelope: sha256,
  outcome: z.enum(['succeeded', 'failed', 'refused', 'cancelled', 'expired']),
  /** For everything but success: what stopped it, as a sentence. */
  error: hostText(500).nullable(),
  /** A word for programs, e.g. `gap`, `forbidden`, `protected`, `sequence`, `signature`. */
  code: hostText(40).nullable(),
  startedAt: timestamp,
  finishedAt: timestamp,
  /** SHA-256 of what the host really held before and after. */
  before: sha256.nullable(),
  after: sha256.nullable(),
  /** Parsed fields measured on the host after the change. */
  evidence: z.record(z.string(), z.json()).overwrite(harmlessJson),
});
export type Receipt = z.infer<typeof receipt>;
