// A client's own people: who holds one of the client's roles, and whether a second factor keeps the account.
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';

export interface ClientPerson {
  readonly personId: string;
  readonly role: string;
  readonly secondFactor: boolean;
}

@Injectable()
export class ClientPeople {
  constructor(@Inject(APP_DATABASE) private readonly database: Connection) {}

  /** Read over the caller's own connection: grants of another scope are not there, and so nobody who holds them. */
  async of(clientId: string): Promise<readonly ClientPerson[]> {
    const { rows } = await sql<ClientPerson>`
      select g.holder_id as "personId", min(g.role) as role,
        bool_or(c.totp_secret is not null or exists (
          select 1 from muster.access_passkeys k where k.person_id = g.holder_id)) as "secondFactor"
      from muster.access_grants g left join muster.access_credentials c on c.person_id = g.holder_id
      where g.scope_key = ${`client:${clientId}`} and g.role in ('client-admin', 'client-viewer')
        and g.ended_at is null and g.starts_at <= now() and (g.until is null or g.until > now())
      group by g.holder_id order by g.holder_id limit 500`.execute(this.database.db);
    return rows;
  }
}
