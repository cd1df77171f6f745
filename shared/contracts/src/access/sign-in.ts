// Signing in, stepping up and entering with a link: what the browser sends and what it gets, before there is a session whom
// a permission could be asked of. Secrets travel only inwards, except those shown once.
import { z } from 'zod';
import { timestamp, uuid } from '../values.ts';
import { grantScope } from './scope.ts';
import { password, personEmail, personName, timeZone, totpCode } from './values.ts';

/** Options and answers of the browser's WebAuthn API, in the JSON form of WebAuthn Level 3; the server verifies each. */
export const passkeyOptions = z.looseObject({ challenge: z.string() });
export const passkeyResponse = z.looseObject({
  id: z.string().min(1).max(2000),
  rawId: z.string().min(1).max(2000),
  type: z.literal('public-key'),
  response: z.record(z.string(), z.unknown()),
  clientExtensionResults: z.record(z.string(), z.unknown()),
});

/** `GET /api/setup?link=` : may the owner still be registered with this link? */
export const setupState = z.strictObject({
  open: z.boolean(),
  /** Why not, in a sentence, when it is not open. */
  reason: z.string().nullable(),
});

/** `POST /api/setup/begin` */
export const beginSetup = z.strictObject({
  link: z.string().min(1).max(200),
  name: personName,
  email: personEmail,
  password,
  timeZone,
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
    z.strictObject({
      role: z.string(),
      title: z.string(),
      scope: grantScope,
      /** What the scope is called: "the fleet", a group's or client's name, a tag. */
      scopeName: z.string(),
      until: timestamp.nullable(),
    }),
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

/** A factor somebody can prove who they are with at present. */
export const factorKind = z.enum(['password', 'totp', 'passkey', 'recovery-code']);
export type FactorKind = z.infer<typeof factorKind>;

/** What a person who must set up a second factor is shown once. */
export const enrolment = z.strictObject({
  entryId: uuid,
  /** False when the role’s policy lets the account be without. */
  secondFactorRequired: z.boolean(),
  totpUri: z.string(),
  totpSecret: z.string(),
  passkey: passkeyOptions,
  expiresAt: timestamp,
});
export type Enrolment = z.infer<typeof enrolment>;

/** `POST /api/session`: the password first; the answer never tells whether the account exists. */
export const signIn = z.strictObject({
  email: z.string().trim().min(1, 'Give your e-mail address').max(200),
  password: z.string({ error: 'Give your password' }).min(1, 'Give your password').max(200),
});
export const signInAnswer = z.discriminatedUnion('state', [
  /** The password was right; one of these is asked for. `passkey` is there when the account has one. */
  z.strictObject({
    state: z.literal('factor'),
    challengeId: uuid,
    factors: z.array(factorKind),
    passkey: passkeyOptions.nullable(),
  }),
  /** The policy of the role wants a second factor, and there is none yet. Goes on with `POST /api/entry/complete`. */
  z.strictObject({ state: z.literal('enrol'), enrolment }),
  /** The policy lets this account in with its password. */
  z.strictObject({ state: z.literal('signed-in'), me }),
]);

/** `POST /api/session/passkey`: begins a sign-in without a password; says nothing about any account. */
export const beginPasskey = z.strictObject({});
export const beginPasskeyAnswer = z.strictObject({ challengeId: uuid, passkey: passkeyOptions });

/** `POST /api/session/factor`: completes the sign-in and sets the cookie. */
export const secondFactor = z.discriminatedUnion('factor', [
  z.strictObject({ factor: z.literal('totp'), challengeId: uuid, code: totpCode }),
  z.strictObject({
    factor: z.literal('recovery-code'),
    challengeId: uuid,
    code: z.string().trim().min(8, 'A recovery code has 12 characters').max(40),
  }),
  z.strictObject({ factor: z.literal('passkey'), challengeId: uuid, response: passkeyResponse }),
]);
export const secondFactorAnswer = z.strictObject({ me });

/** `POST /api/session/step-up/begin`: how the signed-in person can prove again who they are. */
export const beginStepUpAnswer = z.strictObject({
  challengeId: uuid,
  factors: z.array(factorKind),
  passkey: passkeyOptions.nullable(),
});
/** `POST /api/session/step-up`: dangerous actions are open again for some minutes; the session gets a new token. */
export const stepUp = z.discriminatedUnion('factor', [
  ...secondFactor.options,
  z.strictObject({
    factor: z.literal('password'),
    challengeId: uuid,
    password: z.string({ error: 'Give your password' }).min(1, 'Give your password').max(200),
  }),
]);
export const stepUpAnswer = z.strictObject({ me, until: timestamp });

/** `POST /api/entry`: what an invitation or recovery link opens. In the body, so that no log has it. */
export const lookAtLink = z.strictObject({ link: z.string().min(1).max(200) });
export const linkState = z.discriminatedUnion('open', [
  z.strictObject({ open: z.literal(false), reason: z.string() }),
  z.strictObject({
    open: z.literal(true),
    purpose: z.enum(['invitation', 'recovery']),
    name: z.string(),
    email: z.string(),
    role: z.string(),
    expiresAt: timestamp,
    /** A recovery that leaves the second factor asks for it at the next sign-in. */
    enrols: z.boolean(),
    minLength: z.int().positive(),
  }),
]);
/** `POST /api/entry/begin`: chooses the password. */
export const beginEntry = z.strictObject({ link: z.string().min(1).max(200), password, timeZone });
export const beginEntryAnswer = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('enrol'), enrolment }),
  /** The password is set; the second factor is still there: sign in. */
  z.strictObject({ state: z.literal('done') }),
]);
/** `POST /api/entry/complete`: proves the second factor that was just set up, and signs in. */
export const completeEntry = z.discriminatedUnion('factor', [
  z.strictObject({ factor: z.literal('totp'), entryId: uuid, code: totpCode }),
  z.strictObject({
    factor: z.literal('passkey'),
    entryId: uuid,
    response: passkeyResponse,
    name: z.string().trim().max(60),
  }),
  z.strictObject({ factor: z.literal('none'), entryId: uuid }),
]);
export const completeEntryAnswer = z.strictObject({ recoveryCodes: z.array(z.string()), me });

/** `GET /api/session`: 200 with `me`, or with null and the setup state so that the page knows where to go. */
export const sessionAnswer = z.strictObject({ me: me.nullable(), setupNeeded: z.boolean(), version: z.string() });
