// A second factor that is being set up at the door: its secrets are shown once, and nothing is stored before a code or
// the new passkey has proved that it works.
import type { completeEntry } from '@muster/contracts/access';
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { Refusal } from '../../platform/errors/refusal.ts';
import { Challenges } from './challenges.ts';
import { Passkeys, type NewPasskey } from './passkeys.ts';
import type { Person } from './people.ts';
import { acceptedStep, newTotp } from './second-factor.ts';
import { SignInPolicies } from './sign-in-policy.ts';

const ENROLMENT_MINUTES = 30;
const ATTEMPTS = 10;

/** What led here, kept sealed until the factor is proven. */
export interface EntryDraft {
  readonly purpose: 'sign-in' | 'invitation' | 'recovery';
  readonly passwordHash?: string;
  /** Hexadecimal. */
  readonly linkHash?: string;
  readonly timeZone?: string;
  readonly resetSecondFactor?: boolean;
}

export interface OpenEnrolment {
  readonly entryId: string;
  readonly secondFactorRequired: boolean;
  readonly totpUri: string;
  readonly totpSecret: string;
  readonly passkey: Awaited<ReturnType<Passkeys['beginAdding']>>;
  readonly expiresAt: string;
}

export type ProvenFactor =
  | { readonly kind: 'totp'; readonly secret: string; readonly step: number }
  | { readonly kind: 'passkey'; readonly passkey: NewPasskey; readonly name: string }
  | { readonly kind: 'none' };

interface Kept extends EntryDraft {
  readonly secret: string;
  readonly challenge: string;
}

@Injectable()
export class Enrolments {
  constructor(
    @Inject(Challenges) private readonly challenges: Challenges,
    @Inject(Passkeys) private readonly passkeys: Passkeys,
    @Inject(SignInPolicies) private readonly policies: SignInPolicies,
  ) {}

  async begin(person: Person, draft: EntryDraft): Promise<OpenEnrolment> {
    const { secret, uri } = newTotp(person.email);
    const passkey = await this.passkeys.beginAdding(person);
    const { challengeId, expiresAt } = await this.challenges.open('entry', {
      personId: person.personId,
      payload: { ...draft, secret, challenge: passkey.challenge } satisfies Kept,
      minutes: ENROLMENT_MINUTES,
    });
    return {
      entryId: challengeId,
      secondFactorRequired: await this.policies.requireSecondFactor(person),
      totpUri: uri,
      totpSecret: secret,
      passkey,
      expiresAt: expiresAt.toISOString(),
    };
  }

  /** Throws Refusal when it has ended. */
  async look(entryId: string): Promise<{ personId: string; kept: Kept }> {
    const open = await this.challenges.attempt('entry', entryId, ATTEMPTS);
    if (open?.personId == null) throw new Refusal('conflict', 'ended', 'This took too long. Begin again');
    return { personId: open.personId, kept: open.payload as Kept };
  }

  /** Throws Refusal when the factor is not proven. */
  async prove(person: Person, kept: Kept, given: z.output<typeof completeEntry>): Promise<ProvenFactor> {
    if (given.factor === 'none') {
      if (await this.policies.requireSecondFactor(person)) {
        throw new Refusal('forbidden', 'second-factor', 'This account needs a second factor');
      }
      return { kind: 'none' };
    }
    if (given.factor === 'passkey') {
      const passkey = await this.passkeys.verifyNew(given.response, kept.challenge);
      return { kind: 'passkey', passkey, name: given.name === '' ? 'First passkey' : given.name };
    }
    const step = acceptedStep(kept.secret, given.code, 0);
    if (step !== null) return { kind: 'totp', secret: kept.secret, step };
    const sentence = 'That code is not the one of this moment. Look at the app again';
    throw new Refusal('invalid', 'code', sentence, { fields: [{ path: 'code', message: sentence }] });
  }

  /** True for whoever was first. */
  close(entryId: string): Promise<boolean> {
    return this.challenges.close(entryId);
  }
}
