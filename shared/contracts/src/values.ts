// Values that many messages share, each with the sentence a person reads when it is wrong.
import { harmlessJson, harmlessText } from '@muster/kernel/harmless-text';
import { parseIpRange } from '@muster/kernel/ip-range';
import { z } from 'zod';

export const uuid = z.uuid({ error: 'is not an id' });
export const timestamp = z.iso.datetime({ offset: true, error: 'is not a time like 2026-11-20T02:47:12Z' });
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'is not 64 hexadecimal digits');
export const base64 = z.base64({ error: 'is not base64' });
/** Raw Ed25519 or X25519 public key, 32 bytes. */
export const publicKey = z.string().regex(/^[A-Za-z0-9+/]{43}=$/, 'is not a 32-byte key in base64');
export const signature = z.string().regex(/^[A-Za-z0-9+/]{86}==$/, 'is not a 64-byte signature in base64');
export const keyId = z.string().regex(/^[0-9a-f]{16}$/, 'is not a key id of 16 hexadecimal digits');

/** A personal field: ciphertext under the data subject's own key; gone for ever once that key is erased. */
export const sealedText = z.string().regex(/^sealed:1:[0-9a-f-]{36}:[A-Za-z0-9+/=]+$/, 'is not a sealed field');

/** Canonical address or range. Transforms what was typed to its canonical spelling. */
export const ipRangeText = z.string().transform((text, context) => {
  const parsed = parseIpRange(text);
  if (parsed.ok) return parsed.range.text;
  context.addIssue({ code: 'custom', message: parsed.reason });
  return z.NEVER;
});

/** Already canonical, as in events and messages between our own programs. */
export const canonicalRange = z
  .string()
  .max(43)
  .refine((text) => {
    const parsed = parseIpRange(text);
    return parsed.ok && parsed.range.text === text;
  }, 'is not a canonical address or range');

export const reason = z
  .string({ error: 'Say why, in a sentence' })
  .trim()
  .min(3, 'Say why, in at least 3 characters')
  .max(500, 'A reason ends at 500 characters');

export const serverName = z
  .string()
  .trim()
  .regex(
    /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/i,
    'A server name has 1 to 63 letters, digits, dots and hyphens and starts and ends with a letter or a digit',
  );
export const tag = z
  .string()
  .trim()
  .regex(/^[a-z0-9][a-z0-9:_-]{0,31}$/, 'A tag has 1 to 32 small letters, digits, and : _ -');
export const groupName = z.string().trim().min(1, 'A group needs a name').max(60, 'A group name ends at 60 characters');

/** What a host said. Bounded, shown as text, never trusted; what would act in a terminal or a page becomes U+FFFD. */
export const hostText = (max: number) => z.string().max(max).overwrite(harmlessText);
/** Fields of a host's own choice, for whoever reads them to parse. */
export const hostJson = () => z.json().overwrite(harmlessJson);

export const pageSize = z.coerce.number().int().min(1).max(200).default(50);

/** Which servers an action reaches. */
export const target = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('fleet') }),
  z.strictObject({ kind: z.literal('group'), groupId: uuid }),
  z.strictObject({ kind: z.literal('server'), serverId: uuid }),
]);
export type Target = z.infer<typeof target>;

/** The answer to a command: what was recorded, and where to watch what follows. */
export const accepted = z.strictObject({
  /** Echo of the caller's Idempotency-Key. */
  commandId: uuid,
  /** Ledger position of the first event, when the sequencer gave it within a second. */
  position: z.number().int().nonnegative().nullable(),
  /** True when the same command had been accepted before; nothing was done twice. */
  replayed: z.boolean(),
});
