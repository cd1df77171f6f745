// The export: one JSON object per line, so that it can be streamed, searched and cut by ordinary tools. It stands alone:
// events with the exact text that was hashed, signed checkpoints, cosignatures and the keysets that name the keys.
//
//   {"muster":"ledger-export/v1","origin":"muster.example/log/1","from":0,"to":18204}
//   {"k":"keyset", …} {"k":"checkpoint", …} {"k":"cosignature", …}
//   {"k":"event", …} in order of position; positions outside of the exported range as {"k":"leaf", …}
//   {"k":"end","lines":18230}
import { signedKeyset } from '../agent/keyset.ts';
import { z } from 'zod';

const hex32 = z.string().regex(/^[0-9a-f]{64}$/);
const position = z.int().nonnegative();

export const exportHeader = z.strictObject({
  muster: z.literal('ledger-export/v1'),
  origin: z.string(),
  from: position,
  /** Not included. */
  to: position,
});
export type ExportHeader = z.infer<typeof exportHeader>;

export const exportLine = z.discriminatedUnion('k', [
  z.strictObject({ k: z.literal('keyset'), keyset: signedKeyset }),
  z.strictObject({ k: z.literal('checkpoint'), size: position, note: z.string() }),
  z.strictObject({
    k: z.literal('cosignature'),
    size: position,
    witnessId: z.string(),
    root: hex32,
    signature: z.string(),
    at: z.string(),
  }),
  z.strictObject({
    k: z.literal('event'),
    position,
    eventId: z.string(),
    tenantId: z.string(),
    streamId: z.string(),
    streamVersion: z.int().positive(),
    type: z.string(),
    schemaVersion: z.int(),
    /** Microseconds since 1970, decimal. */
    recordedMicros: z.string().regex(/^\d+$/),
    leaf: hex32,
    meta: z.string(),
    body: z.string(),
  }),
  z.strictObject({ k: z.literal('leaf'), position, leaf: hex32 }),
  z.strictObject({ k: z.literal('end'), lines: z.int().nonnegative() }),
]);
export type ExportLine = z.infer<typeof exportLine>;
