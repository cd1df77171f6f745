// Opening what the control plane signed for this one server. Everything is checked on the exact bytes that were signed,
// before any field is used: purpose, key, signature, canonical form, addressee, time. The sequence is judged by the
// journal, after the task id: a known task answers with its state.
import { cancelEnvelope, taskEnvelope } from '@muster/contracts/agent';
import type { CancelEnvelope, Keyset, Signed, TaskEnvelope } from '@muster/contracts/agent';
import { canonicalText } from '@muster/kernel/canonical-json';
import { sha256Hex } from '@muster/kernel/hashing';
import { verifyFor } from '@muster/kernel/signing';
import { parseJson, vouchedKey } from './keyset.ts';
import { isRefusal, refused } from './refusal.ts';
import type { Refusal } from './refusal.ts';

export interface Opened<Envelope> {
  readonly envelope: Envelope;
  /** SHA-256 of the signed bytes: what a receipt binds itself to. */
  readonly hash: string;
}

export interface Recipient {
  readonly server: string;
  readonly keyset: Keyset;
  readonly now: Date;
}

/** Clocks differ a little; an envelope from one minute ahead is still from now. Its end is never stretched. */
const EARLY_TOLERANCE_MS = 60_000;

/** Everything but the time, because a task that is known answers with its state even after its end. */
export function openTask(signed: Signed, to: Recipient): Opened<TaskEnvelope> | Refusal {
  return openSigned(signed, 'muster/task/v1', taskEnvelope, to);
}

export function outsideItsTime(envelope: { notBefore?: string; notAfter: string }, now: Date): Refusal | undefined {
  const { notBefore, notAfter } = envelope;
  if (notBefore !== undefined && now.getTime() + EARLY_TOLERANCE_MS < Date.parse(notBefore)) {
    return refused('not-yet', `The task is valid from ${notBefore}; it is ${now.toISOString()} here`);
  }
  return now.getTime() > Date.parse(notAfter)
    ? refused('expired', `The task ended at ${notAfter}; it is ${now.toISOString()} here`)
    : undefined;
}

export function openCancel(signed: Signed, to: Recipient): Opened<CancelEnvelope> | Refusal {
  const opened = openSigned(signed, 'muster/cancel/v1', cancelEnvelope, to);
  return isRefusal(opened) ? opened : (outsideItsTime(opened.envelope, to.now) ?? opened);
}

interface EnvelopeSchema<Envelope> {
  safeParse(value: unknown): { success: true; data: Envelope } | { success: false };
}

function openSigned<Envelope extends { server: string; key: string }>(
  signed: Signed,
  purpose: 'muster/task/v1' | 'muster/cancel/v1',
  schema: EnvelopeSchema<Envelope>,
  to: Recipient,
): Opened<Envelope> | Refusal {
  const key = vouchedKey(to.keyset, 'task', signed.keyId, to.now);
  if (isRefusal(key)) return key;
  const bytes = Buffer.from(signed.body, 'base64');
  if (!verifyFor(purpose, key, bytes, signed.signature)) {
    return refused('signature', 'The signature does not fit the bytes: altered, or signed by another key');
  }
  const json = parseJson(bytes);
  const parsed = schema.safeParse(json);
  if (!parsed.success || canonicalText(json) !== bytes.toString('utf8')) {
    return refused('malformed', 'The envelope is not a canonical envelope of this version');
  }
  const envelope = parsed.data;
  if (envelope.key !== signed.keyId)
    return refused('unknown-key', 'The envelope names another key than the one it came with');
  if (envelope.server !== to.server)
    return refused('wrong-server', `The task is for server ${envelope.server}, not for this one`);
  return { envelope, hash: sha256Hex(bytes) };
}
