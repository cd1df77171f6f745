// Signing in: a password and then a second factor, or a passkey alone. Nothing in answer, status or time says whether an
// account exists.
import type { FactorKind, secondFactor, signIn, stepUp } from '@muster/contracts/access';
import { RecoveryCodeUsed, SignedIn, SignedOut, SteppedUp } from '@muster/contracts/access';
import { DEFAULT_TENANT } from '@muster/kernel/ids';
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { newContext, type Principal } from '../../platform/cqrs/principal.ts';
import { eventOf, Recorder } from '../../platform/cqrs/recorder.ts';
import type { NewEvent } from '../../platform/event-store/index.ts';
import { SETTINGS, type Settings } from '../../platform/config/settings.ts';
import { Refusal } from '../../platform/errors/refusal.ts';
import { Shares } from '../../platform/http/shares.ts';
import { PersonalData } from '../../platform/personal-data/personal-data.ts';
import { Challenges } from './challenges.ts';
import { Credentials } from './credentials.ts';
import { Enrolments, type OpenEnrolment } from './enrolments.ts';
import { KnownDevices } from './known-devices.ts';
import { passwordMatches } from './passwords.ts';
import { emailTag } from './email-tag.ts';
import { People, type Person } from './people.ts';
import { Proofs, type OpenProof } from './proofs.ts';
import { Sessions, type SignedInSession } from './sessions.ts';
import { SignInPolicies } from './sign-in-policy.ts';
import { Turns } from './turns.ts';
import type { Visitor } from './visitor.ts';

/** A session, and the cookies that carry it. */
export interface Entered extends SignedInSession {
  readonly cookies: string[];
}
export type AfterPassword =
  | ({ readonly state: 'factor' } & OpenProof)
  | { readonly state: 'enrol'; readonly enrolment: OpenEnrolment }
  | { readonly state: 'signed-in'; readonly entered: Entered };

@Injectable()
export class SignIn {
  readonly #checks: Shares;

  constructor(
    @Inject(People) private readonly people: People,
    @Inject(Credentials) private readonly credentials: Credentials,
    @Inject(Challenges) private readonly challenges: Challenges,
    @Inject(Proofs) private readonly proofs: Proofs,
    @Inject(Enrolments) private readonly enrolments: Enrolments,
    @Inject(Turns) private readonly turns: Turns,
    @Inject(SignInPolicies) private readonly policies: SignInPolicies,
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(KnownDevices) private readonly devices: KnownDevices,
    @Inject(PersonalData) private readonly personal: PersonalData,
    @Inject(Recorder) private readonly recorder: Recorder,
    @Inject(SETTINGS) settings: Settings,
  ) {
    this.#checks = new Shares(settings.MUSTER_LIMIT_PASSWORD_CHECKS, 'Many people sign in at this moment. Try again');
  }

  async password(input: z.output<typeof signIn>, visitor: Visitor): Promise<AfterPassword> {
    const tag = emailTag(this.people.box, input.email);
    const { personId, passwordHash } = await this.credentials.byEmailTag(tag);
    const turn = await this.turns.take(tag, personId, visitor);
    // A check costs memory and time on purpose; strangers must not have them without end.
    const matches = await this.#checks.run('', () => passwordMatches(passwordHash, input.password));
    if (!matches || personId === null) {
      await this.turns.failed(tag, visitor);
      throw new Refusal('unauthenticated', 'sign-in', 'Address and password do not belong together');
    }
    await this.turns.giveBack(turn);
    const person = await this.#person(personId);
    const factors = await this.proofs.secondFactors(personId);
    if (factors.length > 0) return { state: 'factor', ...(await this.proofs.begin('sign-in', personId, factors)) };
    if (await this.policies.requireSecondFactor(person)) {
      return { state: 'enrol', enrolment: await this.enrolments.begin(person, { purpose: 'sign-in' }) };
    }
    await this.turns.forget(turn);
    return { state: 'signed-in', entered: await this.enter(person, 'password', visitor) };
  }

  /** Options for a passkey, the same for everybody. */
  beginPasskey() {
    return this.proofs.beginWithPasskey();
  }

  async factor(input: z.output<typeof secondFactor>, visitor: Visitor): Promise<Entered> {
    const alone = input.factor === 'passkey' ? await this.challenges.attempt('passkey', input.challengeId) : null;
    if (alone && input.factor === 'passkey') {
      const personId = await this.proofs.passkeyOwner(alone, input);
      if (personId === null || !(await this.challenges.close(alone.challengeId))) {
        await this.turns.failed('passkey', visitor);
        throw new Refusal('unauthenticated', 'passkey', 'That passkey opens no account here');
      }
      return this.enter(await this.#person(personId), 'passkey', visitor);
    }
    const challenge = await this.challenges.attempt('sign-in', input.challengeId);
    if (challenge?.personId == null) {
      throw new Refusal('unauthenticated', 'ended', 'This sign-in has ended. Begin again with your password');
    }
    const person = await this.#person(challenge.personId);
    const tag = emailTag(this.people.box, person.email);
    const turn = await this.turns.take(tag, person.personId, visitor);
    const { codesLeft } = await this.proofs.require(person, challenge, input).catch(async (error: unknown) => {
      await this.turns.failed(tag, visitor);
      throw error;
    });
    await this.turns.forget(turn);
    if (!(await this.challenges.close(challenge.challengeId))) {
      throw new Refusal('unauthenticated', 'ended', 'This sign-in has ended. Begin again with your password');
    }
    const used =
      codesLeft === undefined ? [] : [eventOf(RecoveryCodeUsed, { personId: person.personId, left: codesLeft })];
    return this.enter(person, input.factor, visitor, used);
  }

  /** Opens a session, marks the browser as known, and writes both down with what led to it. */
  async enter(
    person: Person,
    factor: FactorKind,
    visitor: Visitor,
    because: readonly NewEvent[] = [],
  ): Promise<Entered> {
    const opened = await this.sessions.open(person, factor, visitor);
    const device = await this.devices.remember(visitor.deviceToken, person.personId);
    const { sessionId, expiresAt } = opened.session;
    await this.#record(opened.principal, visitor.correlationId, [
      eventOf(SignedIn, {
        personId: person.personId,
        sessionId,
        factor,
        device: await this.personal.seal(person.personId, visitor.device),
        expiresAt: expiresAt.toISOString(),
      }),
      ...because,
    ]);
    return { ...opened, cookies: [opened.cookie, device] };
  }

  async leave(principal: Principal, correlationId: string): Promise<string> {
    const sessionId = principal.sessionId ?? '';
    await this.#record(principal, correlationId, [eventOf(SignedOut, { personId: principal.actor, sessionId })]);
    await this.sessions.end(sessionId);
    return this.sessions.signOutCookie;
  }

  /** How the signed-in person can prove again who they are; without a second factor it is the password. */
  async beginStepUp({ session }: SignedInSession): Promise<OpenProof> {
    const { personId } = session.person;
    const factors = await this.proofs.secondFactors(personId);
    return this.proofs.begin('step-up', personId, factors.length > 0 ? factors : ['password'], session.sessionId);
  }

  /** Answers with the cookie of the new token. */
  async stepUp(who: SignedInSession, input: z.output<typeof stepUp>, visitor: Visitor): Promise<string> {
    const { person, sessionId } = who.session;
    const challenge = await this.challenges.attempt('step-up', input.challengeId);
    if (challenge?.sessionId !== sessionId) {
      throw new Refusal('conflict', 'ended', 'This took too long. Begin again');
    }
    const tag = emailTag(this.people.box, person.email);
    const turn = await this.turns.take(tag, person.personId, visitor);
    const { codesLeft } = await this.proofs.require(person, challenge, input).catch((error: unknown) => {
      // Signed in all the same: a wrong code here is no reason to send anybody to the door.
      throw error instanceof Refusal && error.kind === 'unauthenticated'
        ? new Refusal('invalid', error.code, error.message, { fields: error.fields })
        : error;
    });
    await this.turns.forget(turn);
    await this.challenges.close(challenge.challengeId);
    const cookie = await this.sessions.stepUp(sessionId, input.factor);
    if (cookie === null) throw new Refusal('unauthenticated', 'signed-out', 'This session has ended. Sign in');
    const { personId } = person;
    await this.#record(who.principal, visitor.correlationId, [
      eventOf(SteppedUp, { personId, sessionId, factor: input.factor }),
      ...(codesLeft === undefined ? [] : [eventOf(RecoveryCodeUsed, { personId, left: codesLeft })]),
    ]);
    return cookie;
  }

  async #person(personId: string): Promise<Person> {
    const person = await this.people.byId(personId);
    if (!person || person.tenantId !== DEFAULT_TENANT) {
      throw new Refusal('unauthenticated', 'sign-in', 'Address and password do not belong together');
    }
    return person;
  }

  async #record(principal: Principal, correlationId: string, events: readonly NewEvent[]): Promise<void> {
    await this.recorder.record(newContext(principal, { correlationId }), {
      streamId: `person-${principal.actor}`,
      streamType: 'person',
      expectedVersion: 'any',
      events,
    });
  }
}
