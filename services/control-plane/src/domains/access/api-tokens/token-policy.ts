// How long tokens live at most, and whether they must be bound to networks, until an owner says otherwise.
import { tokenPolicy, type TokenPolicy } from '@muster/contracts/access';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { SYSTEM_DATABASE, type Connection } from '../../../platform/database/database.ts';

const UNTIL_SAID: TokenPolicy = { personDays: 90, serviceDays: 365, networksRequired: false };

@Injectable()
export class TokenPolicies {
  constructor(@Inject(SYSTEM_DATABASE) private readonly database: Connection) {}

  async of(tenantId: string): Promise<TokenPolicy> {
    const { rows } = await sql<{ policy: unknown }>`
      select policy from muster.access_token_policy where tenant_id = ${tenantId}`.execute(this.database.db);
    return rows[0] ? tokenPolicy.parse(rows[0].policy) : UNTIL_SAID;
  }
}
