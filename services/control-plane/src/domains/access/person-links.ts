// One-time links to an account: an invitation, or a recovery made by an administrator. Never mailed and never a password:
// who made the link hands it over, and the person behind it chooses.
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { SETTINGS, type Settings } from '../../platform/config/settings.ts';
import { APP_DATABASE, type Connection } from '../../platform/database/database.ts';
import { newToken, tokenHash } from './tokens.ts';

export interface PersonLink {
  readonly personId: string;
  readonly purpose: 'invitation' | 'recovery';
  readonly resetSecondFactor: boolean;
  readonly expiresAt: Date;
}

@Injectable()
export class PersonLinks {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** A fresh link; an earlier one of the same person stops working. */
  async make(given: PersonLink & { readonly madeBy: string }): Promise<string> {
    const token = newToken();
    await this.database.db.transaction().execute(async (trx) => {
      await sql`
        update muster.access_links set ended_at = now()
        where person_id = ${given.personId} and ended_at is null`.execute(trx);
      await sql`
        insert into muster.access_links (link_hash, person_id, purpose, reset_second_factor, made_by, expires_at)
        values (${tokenHash(token)}, ${given.personId}, ${given.purpose}, ${given.resetSecondFactor}, ${given.madeBy},
          ${given.expiresAt})`.execute(trx);
    });
    // Behind the #: browsers do not send it to proxies or write it into Referer.
    return `${this.settings.publicUrl}/enter#${token}`;
  }

  /** null: it was used, withdrawn, replaced, is too old, or never was. */
  async open(token: string): Promise<PersonLink | null> {
    const { rows } = await sql<PersonLink>`
      select person_id as "personId", purpose, reset_second_factor as "resetSecondFactor", expires_at as "expiresAt"
      from muster.access_links where link_hash = ${tokenHash(token)} and ended_at is null and expires_at > now()`.execute(
      this.database.db,
    );
    return rows[0] ?? null;
  }

  /** True for whoever was first. */
  async use(linkHash: Buffer): Promise<boolean> {
    const { numAffectedRows } = await sql`
      update muster.access_links set ended_at = now()
      where link_hash = ${linkHash} and ended_at is null and expires_at > now()`.execute(this.database.db);
    return numAffectedRows === 1n;
  }

  /** False when there was none. */
  async cancel(personId: string): Promise<boolean> {
    const { numAffectedRows } = await sql`
      update muster.access_links set ended_at = now()
      where person_id = ${personId} and ended_at is null`.execute(this.database.db);
    return numAffectedRows === 1n;
  }
}
