// Nobody takes away the last second factor where the policy asks for one.
import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '../../platform/cqrs/principal.ts';
import { Refusal } from '../../platform/errors/refusal.ts';
import { Proofs } from './proofs.ts';
import { SignInPolicies } from './sign-in-policy.ts';

@Injectable()
export class LastFactor {
  constructor(
    @Inject(Proofs) private readonly proofs: Proofs,
    @Inject(SignInPolicies) private readonly policies: SignInPolicies,
  ) {}

  /** Throws Refusal when the factor is the only one and has to stay. */
  async requireAnother({ principal }: RequestContext, leaving: 'totp' | 'passkey'): Promise<void> {
    const { actor, tenantId, role = '' } = principal;
    if (!(await this.policies.requireSecondFactor({ personId: actor, tenantId, role }))) return;
    const factors = await this.proofs.secondFactors(actor);
    if (factors.some((factor) => factor !== leaving && factor !== 'recovery-code')) return;
    throw new Refusal(
      'conflict',
      'last-factor',
      'This is the only second factor of your account, and your role needs one. Add another first',
    );
  }
}
