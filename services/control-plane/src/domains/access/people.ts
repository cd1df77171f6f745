// People by id and by address. Names and addresses are sealed; they are opened only for who may see them.
import { Inject, Injectable } from '@nestjs/common';
import { isUuid } from '@muster/kernel/ids';
import { sql } from 'kysely';
import { SYSTEM_DATABASE, type Connection } from '../../platform/database/database.ts';
import { MasterKey, PersonalData, SecretBox } from '../../platform/personal-data/personal-data.ts';
import type { PersonNames } from '../../platform/personal-data/person-names.ts';
import { ownerExists } from './owner-link.ts';
import type { AccessTables } from './tables.ts';

/** What tags of addresses are made under, here and wherever they are compared. */
export const SEALED_FOR = 'access';

export interface Person {
  readonly personId: string;
  readonly tenantId: string;
  readonly name: string;
  readonly email: string;
  readonly timeZone: string;
  readonly role: string;
  /** invited: has a link and nothing to sign in with yet. */
  readonly state: 'invited' | 'active';
}

@Injectable()
export class People implements PersonNames {
  readonly box: SecretBox;

  constructor(
    @Inject(SYSTEM_DATABASE) private readonly database: Connection,
    @Inject(PersonalData) private readonly personal: PersonalData,
    @Inject(MasterKey) master: MasterKey,
  ) {
    this.box = new SecretBox(master, SEALED_FOR);
  }

  async byId(personId: string): Promise<Person | null> {
    const row = await this.database.db
      .withTables<AccessTables>()
      .selectFrom('muster.access_people')
      .selectAll()
      .where('person_id', '=', personId)
      .executeTakeFirst();
    if (!row) return null;
    return {
      personId,
      tenantId: row.tenant_id,
      name: (await this.personal.open(row.name)) ?? 'Erased person',
      email: (await this.personal.open(row.email)) ?? '',
      timeZone: row.time_zone,
      role: row.role,
      state: row.state,
    };
  }

  /** Has somebody this address already? */
  async isTaken(tag: string): Promise<boolean> {
    const row = await this.database.db
      .withTables<AccessTables>()
      .selectFrom('muster.access_people')
      .select('person_id')
      .where('email_tag', '=', tag)
      .executeTakeFirst();
    return row !== undefined;
  }

  ownerExists(): Promise<boolean> {
    return ownerExists(this.database);
  }

  async names(actors: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const ids = [...new Set(actors.filter(isUuid))];
    if (ids.length === 0) return new Map();
    const rows = await this.database.db
      .withTables<AccessTables>()
      .selectFrom('muster.access_people')
      .select(['person_id', 'name'])
      .where('person_id', 'in', ids)
      .execute();
    const accounts = await sql<{ account_id: string; name: string }>`
      select account_id, name from muster.access_service_accounts where account_id = any(${ids}::uuid[])`.execute(
      this.database.db,
    );
    const names = await Promise.all(
      rows.map(async (row) => [row.person_id, (await this.personal.open(row.name)) ?? 'Erased person'] as const),
    );
    return new Map([...names, ...accounts.rows.map(({ account_id, name }) => [account_id, name] as const)]);
  }
}

/** When the first account was made; null before there is any. */
export async function firstAccountAt({ db }: Connection, tenantId: string): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select min(registered_at) as at from muster.access_people where tenant_id = ${tenantId}`.execute(db);
  return rows[0]?.at ?? null;
}
