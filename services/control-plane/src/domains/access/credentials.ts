// What opens an account, and never stands in an event: the password's hash, the sealed seed of codes, keyed hashes of
// recovery codes.
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { APP_DATABASE, type Connection } from '../../platform/database/database.ts';
import { People } from './people.ts';
import { acceptedStep, newRecoveryCodes, plainRecoveryCode } from './second-factor.ts';

export interface CredentialState {
  readonly passwordSetAt: Date | null;
  readonly totpSince: Date | null;
  readonly recoveryIssuedAt: Date | null;
  readonly recoveryCodesLeft: number;
}

@Injectable()
export class Credentials {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(People) private readonly people: People,
  ) {}

  /** One question, whether the account exists or not. */
  async byEmailTag(emailTag: string): Promise<{ personId: string | null; passwordHash: string | null }> {
    const { rows } = await sql<{ person_id: string; password_hash: string | null }>`
      select p.person_id, c.password_hash from muster.access_people p
      join muster.access_credentials c using (person_id) where p.email_tag = ${emailTag}`.execute(this.database.db);
    return { personId: rows[0]?.person_id ?? null, passwordHash: rows[0]?.password_hash ?? null };
  }

  async passwordHash(personId: string): Promise<string | null> {
    const { rows } = await sql<{ password_hash: string | null }>`
      select password_hash from muster.access_credentials where person_id = ${personId}`.execute(this.database.db);
    return rows[0]?.password_hash ?? null;
  }

  async state(personId: string): Promise<CredentialState> {
    const { rows } = await sql<{ password_at: Date | null; totp: Date | null; issued: Date | null; left: number }>`
      select password_set_at as password_at, totp_since as totp, recovery_issued_at as issued,
        (select count(*)::int from muster.access_recovery_codes r where r.person_id = c.person_id and used_at is null) as left
      from muster.access_credentials c where person_id = ${personId}`.execute(this.database.db);
    const row = rows[0];
    return {
      passwordSetAt: row?.password_at ?? null,
      totpSince: row?.totp ?? null,
      recoveryIssuedAt: row?.issued ?? null,
      recoveryCodesLeft: row?.left ?? 0,
    };
  }

  /** Whatever the old password had opened halfway is closed: whoever knew it may be the reason for the new one. */
  async setPassword(personId: string, passwordHash: string): Promise<void> {
    await sql`
      delete from muster.access_challenges where person_id = ${personId} and kind in ('sign-in', 'entry')`.execute(
      this.database.db,
    );
    await sql`
      insert into muster.access_credentials as c (person_id, password_hash, password_set_at) values (${personId}, ${passwordHash}, now())
      on conflict (person_id) do update set password_hash = excluded.password_hash, password_set_at = now(),
        updated_at = now()`.execute(this.database.db);
  }

  /** `step` is the one of the code that proved it: it opens nothing a second time. */
  async setTotp(personId: string, secret: string, step: number): Promise<void> {
    await sql`
      update muster.access_credentials set totp_secret = ${this.people.box.seal(secret, personId)}, totp_step = ${step},
        totp_since = now(), updated_at = now() where person_id = ${personId}`.execute(this.database.db);
  }

  async removeTotp(personId: string): Promise<void> {
    await sql`
      update muster.access_credentials set totp_secret = null, totp_since = null, updated_at = now()
      where person_id = ${personId}`.execute(this.database.db);
  }

  /** True when the code is right and was not used; it is used up by this. */
  async useTotp(personId: string, code: string): Promise<boolean> {
    const { db } = this.database;
    const { rows } = await sql<{ totp_secret: Buffer | null; totp_step: number }>`
      select totp_secret, totp_step from muster.access_credentials where person_id = ${personId}`.execute(db);
    const row = rows[0];
    if (!row?.totp_secret) return false;
    const step = acceptedStep(this.people.box.open(row.totp_secret, personId), code, row.totp_step);
    if (step === null) return false;
    // Two requests with one code: the second finds the step taken.
    const { numAffectedRows } = await sql`
      update muster.access_credentials set totp_step = ${step}
      where person_id = ${personId} and totp_step < ${step}`.execute(db);
    return numAffectedRows === 1n;
  }

  /** The old ones stop working. The new ones are answered once and kept as keyed hashes. */
  async issueRecoveryCodes(personId: string): Promise<string[]> {
    const codes = newRecoveryCodes();
    const tags = codes.map((code) => this.people.box.tag(plainRecoveryCode(code)));
    await this.database.db.transaction().execute(async (trx) => {
      await sql`delete from muster.access_recovery_codes where person_id = ${personId}`.execute(trx);
      await sql`
        insert into muster.access_recovery_codes (person_id, code_tag)
        select ${personId}, unnest(${tags}::text[])`.execute(trx);
      await sql`
        update muster.access_credentials set recovery_issued_at = now() where person_id = ${personId}`.execute(trx);
    });
    return codes;
  }

  async dropRecoveryCodes(personId: string): Promise<void> {
    await sql`delete from muster.access_recovery_codes where person_id = ${personId}`.execute(this.database.db);
  }

  /** How many codes are left when this one was good, else null. */
  async useRecoveryCode(personId: string, code: string): Promise<number | null> {
    const { db } = this.database;
    const { numAffectedRows } = await sql`
      update muster.access_recovery_codes set used_at = now()
      where person_id = ${personId} and used_at is null
        and code_tag = ${this.people.box.tag(plainRecoveryCode(code))}`.execute(db);
    return numAffectedRows === 1n ? (await this.state(personId)).recoveryCodesLeft : null;
  }
}
