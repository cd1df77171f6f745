// Who may be erased: somebody who cannot come in any more.
import type { QueryPool } from '../../../platform/database/scoped-pool.ts';

/** Has a grant, a session, or anything that opens the account. */
export async function stillHere(pool: QueryPool, personId: string): Promise<boolean> {
  const { rows } = await pool.query<{ here: boolean }>(
    `select exists (
        select 1 from muster.access_grants where holder_id = $1 and ended_at is null
          and (until is null or until > now()))
      or exists (
        select 1 from muster.access_credentials where person_id = $1
          and (password_hash is not null or totp_secret is not null))
      or exists (select 1 from muster.access_passkeys where person_id = $1)
      or exists (select 1 from muster.access_links where person_id = $1 and ended_at is null)
      or exists (select 1 from muster.access_sessions where person_id = $1 and ended_at is null)
      or exists (
        select 1 from muster.access_tokens where holder_id = $1 and ended_at is null and expires_at > now()) as here`,
    [personId],
  );
  return rows[0]?.here ?? false;
}
