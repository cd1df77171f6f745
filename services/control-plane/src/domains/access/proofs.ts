// Proving who one is, for signing in and for stepping up: what an account can be proven with, and whether a proof holds.
import type { FactorKind, secondFactor, stepUp } from '@muster/contracts/access';
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { Refusal } from '../../platform/errors/refusal.ts';
import { Challenges, type Challenge, type ChallengeKind } from './challenges.ts';
import { Credentials } from './credentials.ts';
import { Passkeys } from './passkeys.ts';
import { passwordMatches } from './passwords.ts';
import type { Person } from './people.ts';

export type Proof = z.output<typeof secondFactor> | z.output<typeof stepUp>;

const CHALLENGE_MINUTES = 5;

export interface OpenProof {
  readonly challengeId: string;
  readonly factors: FactorKind[];
  /** Options for the browser, when one of the factors is a passkey. */
  readonly passkey: Awaited<ReturnType<Passkeys['beginProof']>> | null;
}

@Injectable()
export class Proofs {
  constructor(
    @Inject(Challenges) private readonly challenges: Challenges,
    @Inject(Credentials) private readonly credentials: Credentials,
    @Inject(Passkeys) private readonly passkeys: Passkeys,
  ) {}

  /** Second factors of a person, the best first. */
  async secondFactors(personId: string): Promise<FactorKind[]> {
    const [state, passkeys] = await Promise.all([this.credentials.state(personId), this.passkeys.of(personId)]);
    const found: FactorKind[] = [];
    if (passkeys.length > 0) found.push('passkey');
    if (state.totpSince !== null) found.push('totp');
    if (found.length > 0 && state.recoveryCodesLeft > 0) found.push('recovery-code');
    return found;
  }

  async begin(
    kind: ChallengeKind,
    personId: string,
    factors: readonly FactorKind[],
    sessionId?: string,
  ): Promise<OpenProof> {
    const passkey = factors.includes('passkey') ? await this.passkeys.beginProof(personId) : null;
    const { challengeId } = await this.challenges.open(kind, {
      personId,
      ...(sessionId === undefined ? {} : { sessionId }),
      payload: { challenge: passkey?.challenge ?? null, factors },
      minutes: CHALLENGE_MINUTES,
    });
    return { challengeId, factors: [...factors], passkey };
  }

  /** For a passkey alone: nobody has said yet who he is. */
  async beginWithPasskey(): Promise<{ challengeId: string; passkey: NonNullable<OpenProof['passkey']> }> {
    const passkey = await this.passkeys.beginProof();
    const { challengeId } = await this.challenges.open('passkey', {
      payload: { challenge: passkey.challenge },
      minutes: CHALLENGE_MINUTES,
    });
    return { challengeId, passkey };
  }

  /** Whose passkey answered; null when nobody's did. */
  async passkeyOwner(challenge: Challenge, proof: Extract<Proof, { factor: 'passkey' }>): Promise<string | null> {
    const { challenge: expected } = challenge.payload as { challenge: string | null };
    return expected === null ? null : this.passkeys.provenBy(proof.response, expected);
  }

  /** Throws Refusal when the proof does not hold; else how many recovery codes are left when one was used. */
  async require(person: Person, challenge: Challenge, proof: Proof): Promise<{ codesLeft?: number }> {
    const { factors } = challenge.payload as { factors: readonly FactorKind[] };
    if (!factors.includes(proof.factor)) throw wrong(proof.factor);
    if (proof.factor === 'recovery-code') {
      const codesLeft = await this.credentials.useRecoveryCode(person.personId, proof.code);
      if (codesLeft === null) throw wrong(proof.factor);
      return { codesLeft };
    }
    if (!(await this.#holds(person, challenge, proof))) throw wrong(proof.factor);
    return {};
  }

  async #holds(
    { personId }: Person,
    challenge: Challenge,
    proof: Exclude<Proof, { factor: 'recovery-code' }>,
  ): Promise<boolean> {
    switch (proof.factor) {
      case 'totp':
        return this.credentials.useTotp(personId, proof.code);
      case 'passkey':
        return (await this.passkeyOwner(challenge, proof)) === personId;
      case 'password':
        return passwordMatches(await this.credentials.passwordHash(personId), proof.password);
    }
  }
}

const SENTENCES: Record<FactorKind, { field: string; sentence: string }> = {
  totp: { field: 'code', sentence: 'That code is wrong or was used. Wait for the next one' },
  'recovery-code': { field: 'code', sentence: 'That recovery code is wrong or was used. Each works once' },
  passkey: { field: 'passkey', sentence: 'That passkey does not open this account here' },
  password: { field: 'password', sentence: 'That is not your password' },
};

export function wrong(factor: FactorKind): Refusal {
  const { field, sentence } = SENTENCES[factor];
  return new Refusal('unauthenticated', 'code', sentence, { fields: [{ path: field, message: sentence }] });
}
