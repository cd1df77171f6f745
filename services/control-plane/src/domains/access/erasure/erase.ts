// What a person leaves behind, taken away: the key first, which makes every copy of every sealed field unreadable, then
// the rows that hold such fields, or a keyed hash of the address.
import { sql } from 'kysely';
import type { EventStoreTransaction } from '../../../platform/event-store/index.ts';

/** Doing it again changes nothing. */
export async function erase(trx: EventStoreTransaction, personId: string, at: Date): Promise<void> {
  await sql`
    insert into vault.erased_subjects (subject_id, erased_at) values (${personId}, ${at})
    on conflict do nothing`.execute(trx);
  await sql`delete from vault.subject_keys where subject_id = ${personId}`.execute(trx);
  const { rows } = await sql<{ email_tag: string }>`
    delete from muster.access_people where person_id = ${personId} returning email_tag`.execute(trx);
  for (const table of ['sessions', 'credentials', 'passkeys', 'recovery_codes', 'links', 'devices', 'challenges']) {
    await sql`delete from ${sql.table(`muster.access_${table}`)} where person_id = ${personId}`.execute(trx);
  }
  for (const { email_tag: tag } of rows) {
    await sql`delete from muster.access_throttle where starts_with(subject, ${`account ${tag}`})`.execute(trx);
    await sql`
      update muster.access_refusals set accounts = array_remove(accounts, ${tag})
      where accounts @> array[${tag}::text]`.execute(trx);
  }
}
