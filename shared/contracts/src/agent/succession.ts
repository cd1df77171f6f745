// How a server's identity key is followed by another: a statement that the old key, the new one and the host key sign. It
// travels in the hello of the new key, so that there is no moment in which a server has no key that counts.
import { z } from 'zod';
import { publicKey, signature, timestamp, uuid } from '../values.ts';

/** The canonical JSON of this is signed for 'muster/succession/v1', by each key that `signatures` names. */
export const keyStatement = z.strictObject({
  v: z.literal(1),
  server: uuid,
  /** The request that it answers. */
  rotation: uuid,
  oldKey: publicKey,
  newKey: publicKey,
  at: timestamp,
});
export type KeyStatement = z.infer<typeof keyStatement>;

export const keySuccession = z.strictObject({
  statement: keyStatement,
  signatures: z.strictObject({
    old: signature,
    new: signature,
    /** Held by root on the server: whoever only has the identity key cannot put another in its place. null: no helper. */
    host: signature.nullable(),
  }),
});
export type KeySuccession = z.infer<typeof keySuccession>;

/** How many an agent remembers: a control plane that was restored may know none of the newest. */
export const MAX_SUCCESSIONS = 8;
