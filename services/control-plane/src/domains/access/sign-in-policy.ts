// How people must sign in: which roles may be without a second factor, and what a password must be. Strict until an
// owner says otherwise.
import { signInPolicy, type SignInPolicy } from '@muster/contracts/access';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { APP_DATABASE, type Connection } from '../../platform/database/database.ts';
import { Grants } from './grants/grants.ts';
import type { Person } from './people.ts';

const STRICT: SignInPolicy = {
  rolesWithoutSecondFactor: [],
  passwordMinLength: 12,
  passwordStrength: 'good',
  forbiddenWords: [],
};

@Injectable()
export class SignInPolicies {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(Grants) private readonly grants: Grants,
  ) {}

  async of(tenantId: string): Promise<SignInPolicy> {
    const { rows } = await sql<{ policy: unknown }>`
      select policy from muster.access_sign_in_policy where tenant_id = ${tenantId}`.execute(this.database.db);
    return rows[0] ? signInPolicy.parse(rows[0].policy) : STRICT;
  }

  /** By the roles that the person holds; before the first grant, by the one of the invitation. */
  async requireSecondFactor(person: Pick<Person, 'personId' | 'tenantId' | 'role'>): Promise<boolean> {
    const held = (await this.grants.of(person.personId)).map(({ role }) => role);
    return needsSecondFactor(await this.of(person.tenantId), held.length > 0 ? held : [person.role]);
  }

  async set(tenantId: string, policy: SignInPolicy): Promise<void> {
    await sql`
      insert into muster.access_sign_in_policy (tenant_id, policy) values (${tenantId}, ${JSON.stringify(policy)}::jsonb)
      on conflict (tenant_id) do update set policy = excluded.policy`.execute(this.database.db);
  }
}

/** One role that needs it is enough. */
export const needsSecondFactor = (policy: SignInPolicy, roles: readonly string[]): boolean =>
  roles.some((role) => !policy.rolesWithoutSecondFactor.includes(role));
