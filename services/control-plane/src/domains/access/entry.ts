// Coming in with a link (an invitation, a recovery), or being asked for a second factor at the door: choose a password,
// prove the factor, and be signed in.
import type { beginEntry, completeEntry, linkState } from '@muster/contracts/access';
import {
  AccountRecovered,
  InvitationAccepted,
  PasskeyAdded,
  PasswordSet,
  RecoveryCodesIssued,
  SecondFactorEnrolled,
} from '@muster/contracts/access';
import { newId } from '@muster/kernel/ids';
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { newContext, type Principal } from '../../platform/cqrs/principal.ts';
import { eventOf, Recorder } from '../../platform/cqrs/recorder.ts';
import { Refusal } from '../../platform/errors/refusal.ts';
import type { NewEvent } from '../../platform/event-store/index.ts';
import { PersonalData } from '../../platform/personal-data/personal-data.ts';
import { Credentials } from './credentials.ts';
import { Enrolments, type EntryDraft, type OpenEnrolment, type ProvenFactor } from './enrolments.ts';
import { KnownDevices } from './known-devices.ts';
import { Passkeys } from './passkeys.ts';
import { hashPassword, requireGoodPassword } from './passwords.ts';
import { People, type Person } from './people.ts';
import { PersonLinks, type PersonLink } from './person-links.ts';
import { Proofs } from './proofs.ts';
import { Sessions } from './sessions.ts';
import { SignIn, type Entered } from './sign-in.ts';
import { SignInPolicies } from './sign-in-policy.ts';
import { knownTimeZone } from './time-zone.ts';
import { tokenHash } from './tokens.ts';
import type { Visitor } from './visitor.ts';

const DEAD_LINK = 'This link was used or has ended. Whoever gave it to you can make a new one';

@Injectable()
export class Entry {
  constructor(
    @Inject(PersonLinks) private readonly links: PersonLinks,
    @Inject(People) private readonly people: People,
    @Inject(Credentials) private readonly credentials: Credentials,
    @Inject(Passkeys) private readonly passkeys: Passkeys,
    @Inject(Proofs) private readonly proofs: Proofs,
    @Inject(Enrolments) private readonly enrolments: Enrolments,
    @Inject(SignInPolicies) private readonly policies: SignInPolicies,
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(KnownDevices) private readonly devices: KnownDevices,
    @Inject(SignIn) private readonly door: SignIn,
    @Inject(PersonalData) private readonly personal: PersonalData,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async look(link: string): Promise<z.output<typeof linkState>> {
    const found = await this.#found(link);
    if (!found) return { open: false, reason: DEAD_LINK };
    const { opened, person } = found;
    return {
      open: true,
      purpose: opened.purpose,
      name: person.name,
      email: person.email,
      role: person.role,
      expiresAt: opened.expiresAt.toISOString(),
      enrols: await this.#enrols(opened),
      minLength: (await this.policies.of(person.tenantId)).passwordMinLength,
    };
  }

  async begin(
    input: z.output<typeof beginEntry>,
    visitor: Visitor,
  ): Promise<{ state: 'enrol'; enrolment: OpenEnrolment } | { state: 'done' }> {
    const found = await this.#found(input.link);
    if (!found) throw new Refusal('forbidden', 'link', DEAD_LINK);
    const { opened, person } = found;
    requireGoodPassword(input.password, person, await this.policies.of(person.tenantId));
    const draft: EntryDraft = {
      purpose: opened.purpose,
      passwordHash: await hashPassword(input.password),
      linkHash: tokenHash(input.link).toString('hex'),
      timeZone: knownTimeZone(input.timeZone),
      resetSecondFactor: opened.resetSecondFactor,
    };
    if (await this.#enrols(opened)) return { state: 'enrol', enrolment: await this.enrolments.begin(person, draft) };
    await this.#useLink(draft);
    await this.#recover(person, draft, visitor);
    return { state: 'done' };
  }

  /** Signs in. The recovery codes are shown once. */
  async complete(
    input: z.output<typeof completeEntry>,
    visitor: Visitor,
  ): Promise<{ entered: Entered; recoveryCodes: string[] }> {
    const { personId, kept } = await this.enrolments.look(input.entryId);
    const person = await this.people.byId(personId);
    if (!person) throw new Refusal('conflict', 'ended', DEAD_LINK);
    // The password that led here may have been taken away since.
    if (kept.purpose === 'sign-in' && (await this.credentials.passwordHash(personId)) === null) {
      throw new Refusal('conflict', 'ended', DEAD_LINK);
    }
    const factor = await this.enrolments.prove(person, kept, input);
    if (!(await this.enrolments.close(input.entryId))) throw new Refusal('conflict', 'ended', DEAD_LINK);
    if (kept.purpose !== 'sign-in') await this.#useLink(kept);
    if (kept.purpose === 'recovery') await this.#recover(person, kept, visitor);
    if (kept.purpose === 'invitation') await this.#accept(person, kept, visitor);
    const recoveryCodes = await this.#store(person, factor, visitor);
    const how = factor.kind === 'none' ? 'password' : factor.kind;
    // The read model hears of the acceptance a moment later.
    const entering = kept.timeZone === undefined ? person : { ...person, timeZone: kept.timeZone };
    return { entered: await this.door.enter(entering, how, visitor), recoveryCodes };
  }

  async #found(link: string): Promise<{ opened: PersonLink; person: Person } | null> {
    const opened = await this.links.open(link);
    const person = opened ? await this.people.byId(opened.personId) : null;
    return opened && person ? { opened, person } : null;
  }

  /** Does this link lead to a new second factor? Not when the person still has one, which is asked for at sign-in. */
  async #enrols({ purpose, resetSecondFactor, personId }: PersonLink): Promise<boolean> {
    if (purpose === 'invitation' || resetSecondFactor) return true;
    return (await this.proofs.secondFactors(personId)).length === 0;
  }

  async #useLink({ linkHash }: EntryDraft): Promise<void> {
    if (!(await this.links.use(Buffer.from(linkHash ?? '', 'hex')))) throw new Refusal('forbidden', 'link', DEAD_LINK);
  }

  async #accept(person: Person, { passwordHash = '', timeZone = 'UTC' }: EntryDraft, visitor: Visitor): Promise<void> {
    const { personId } = person;
    await this.credentials.setPassword(personId, passwordHash);
    await this.#record(person, visitor, [
      eventOf(InvitationAccepted, { personId, timeZone }),
      eventOf(PasswordSet, { personId, by: 'invitation' }),
    ]);
  }

  /** Whoever else was in is out: a recovery is made because somebody else may have been. */
  async #recover(person: Person, { passwordHash = '', resetSecondFactor = false }: EntryDraft, visitor: Visitor) {
    const { personId } = person;
    await this.credentials.setPassword(personId, passwordHash);
    if (resetSecondFactor) {
      await this.credentials.removeTotp(personId);
      await this.credentials.dropRecoveryCodes(personId);
      await this.passkeys.removeAll(personId);
    }
    await this.devices.forgetAll(personId);
    await this.sessions.endAll(personId, 'recovered', newContext(self(person, visitor)));
    await this.#record(person, visitor, [
      eventOf(AccountRecovered, { personId, secondFactorReset: resetSecondFactor }),
      eventOf(PasswordSet, { personId, by: 'recovery' }),
    ]);
  }

  async #store(person: Person, factor: ProvenFactor, visitor: Visitor): Promise<string[]> {
    const { personId } = person;
    if (factor.kind === 'none') return [];
    let enrolled: NewEvent;
    if (factor.kind === 'totp') {
      await this.credentials.setTotp(personId, factor.secret, factor.step);
      enrolled = eventOf(SecondFactorEnrolled, { personId, factor: 'totp' });
    } else {
      const passkeyId = await this.passkeys.add(personId, factor.passkey, factor.name, newId());
      const name = await this.personal.seal(personId, factor.name);
      enrolled = eventOf(PasskeyAdded, { personId, passkeyId, name, synced: factor.passkey.synced });
    }
    const codes = await this.credentials.issueRecoveryCodes(personId);
    await this.#record(person, visitor, [enrolled, eventOf(RecoveryCodesIssued, { personId, count: codes.length })]);
    return codes;
  }

  async #record(person: Person, visitor: Visitor, events: readonly NewEvent[]): Promise<void> {
    await this.recorder.record(newContext(self(person, visitor), { correlationId: visitor.correlationId }), {
      streamId: `person-${person.personId}`,
      streamType: 'person',
      expectedVersion: 'any',
      events,
    });
  }
}

/** The person who holds the link. */
function self(person: Person, { source }: Visitor): Principal {
  return { kind: 'person', actor: person.personId, tenantId: person.tenantId, permissions: new Set(), source };
}
