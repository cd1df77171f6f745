// What the DNS publishes where a server says that the public halves of its keys stand. Asked for each name and selector that the
// server signs with, beside the usual selectors of `outside-names`.
import { z } from 'zod';
import { publishedKey } from '../dkim/key.ts';
import { said, type Source } from '../probe.ts';

/** `domain` is `*` where it is the sender's own, whoever that is. */
const signedWith = z.strictObject({
  domain: said(253),
  selector: said(63),
  /** Digest of the public half, as the server said it; null: it could not read it. */
  sha256: said(64).nullable(),
});
export type SignedWith = z.infer<typeof signedWith>;

const published = z.strictObject({
  domain: said(253),
  selector: said(63),
  /** Mail to the domain arrives at this server; null: that could not be asked. */
  here: z.boolean().nullable(),
  /** One is right; none: there is no record. null: it could not be asked. */
  keys: z.array(publishedKey).max(5).nullable(),
});
export type Published = z.infer<typeof published>;

const reading = z.strictObject({
  /** What the server said it signs with, when the DNS was asked; null: it had not said. */
  said: z.array(signedWith).max(300).nullable(),
  published: z.array(published).max(600),
  /** Not asked in time. */
  left: z.int().nonnegative(),
});
export type DkimFromOutside = z.output<typeof reading>;

export const outsideDkim = {
  name: 'outside-dkim',
  sentence: 'Which keys the DNS publishes at the selectors that the server says it signs mail with',
  reading,
} satisfies Source;
