// Signing in: what the browser sends and what it gets. Secrets travel only inwards, except those shown once.
import { z } from 'zod';
import { timestamp, uuid } from '../values.ts';
import { grantScope } from './scope.ts';

export * from './events.ts';
export * from './grants.ts';

export const PASSWORD_MIN = 12;
const password = z
  .string({ error: 'Give a password' })
  .min(PASSWORD_MIN, `A password has at least ${PASSWORD_MIN} characters`)
  .max(200, 'A password ends at 200 characters');
const totpCode = z
  .string()
  .trim()
  .transform((text) => text.replaceAll(' ', ''))
  .pipe(z.string().regex(/^\d{6}$/, 'A code has 6 digits'));

/** `GET /api/setup?link=` : may the owner still be registered with this link? */
export const setupState = z.strictObject({
  open: z.boolean(),
  /** Why not, in a sentence, when it is not open. */
  reason: z.string().nullable(),
});

/** `POST /api/setup/begin` */
export const beginSetup = z.strictObject({
  link: z.string().min(1).max(200),
  name: z.string().trim().min(1, 'Give your name').max(80, 'A name ends at 80 characters'),
  email: z.email({ error: 'is not an e-mail address' }).max(200),
  password,
  timeZone: z.string().max(64),
});
/** The browser shows the secret once as QR and text, and returns a code from it. */
export const beginSetupAnswer = z.strictObject({
  setupId: uuid,
  totpUri: z.string(),
  totpSecret: z.string(),
  expiresAt: timestamp,
});
/** `POST /api/setup/complete`: signs the owner in. */
export const completeSetup = z.strictObject({ link: z.string().min(1).max(200), setupId: uuid, code: totpCode });

export const me = z.strictObject({
  personId: uuid,
  name: z.string(),
  email: z.string(),
  timeZone: z.string(),
  /** What the widest grant is called. */
  role: z.string(),
  /** Of all grants in force together: what pages may offer somewhere. */
  permissions: z.array(z.string()),
  /** Widest first. */
  grants: z.array(
    z.strictObject({ role: z.string(), title: z.string(), scope: grantScope, until: timestamp.nullable() }),
  ),
  sessionId: uuid,
  signedInAt: timestamp,
  expiresAt: timestamp,
  /** Sent back as X-Muster-CSRF with every change. */
  csrf: z.string(),
  version: z.string(),
});
export type Me = z.infer<typeof me>;

export const completeSetupAnswer = z.strictObject({ recoveryCodes: z.array(z.string()), me });

/** `POST /api/session`: the password first; the answer never tells whether the account exists. */
export const signIn = z.strictObject({
  email: z.string().trim().min(1, 'Give your e-mail address').max(200),
  password: z.string({ error: 'Give your password' }).min(1, 'Give your password').max(200),
});
export const signInAnswer = z.strictObject({ challengeId: uuid, factors: z.array(z.enum(['totp', 'recovery-code'])) });
/** `POST /api/session/factor`: completes the sign-in and sets the cookie. */
export const secondFactor = z.discriminatedUnion('factor', [
  z.strictObject({ factor: z.literal('totp'), challengeId: uuid, code: totpCode }),
  z.strictObject({
    factor: z.literal('recovery-code'),
    challengeId: uuid,
    code: z.string().trim().min(8, 'A recovery code has 12 characters').max(40),
  }),
]);
export const secondFactorAnswer = z.strictObject({ me });

/** `GET /api/session`: 200 with `me`, or 401 with the setup state so that the page knows where to go. */
export const sessionAnswer = z.strictObject({ me: me.nullable(), setupNeeded: z.boolean(), version: z.string() });
