// Values of access, each with the sentence a person reads when it is wrong.
import { z } from 'zod';

/** Never shorter, whatever the policy says. */
export const PASSWORD_MIN = 12;

export const password = z
  .string({ error: 'Give a password' })
  .min(PASSWORD_MIN, `A password has at least ${PASSWORD_MIN} characters`)
  .max(200, 'A password ends at 200 characters');
export const totpCode = z
  .string()
  .trim()
  .transform((text) => text.replaceAll(' ', ''))
  .pipe(z.string().regex(/^\d{6}$/, 'A code has 6 digits'));
/** What names a person. Stands in no event in the clear: whoever writes down what somebody asked for leaves it out. */
const PERSONAL = { personal: true };
export const personName = z
  .string()
  .trim()
  .min(1, 'Give a name')
  .max(80, 'A name ends at 80 characters')
  .meta(PERSONAL);
export const personEmail = z.email({ error: 'is not an e-mail address' }).max(200).meta(PERSONAL);
export const timeZone = z.string().max(64);
