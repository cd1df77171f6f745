// Erasing a person: which subjects are erased, so that no key is made for them again, and the right to forget what they
// left behind. It is done by the projection that follows the event, so that a restored or rebuilt database does it too.
import type { Kysely } from 'kysely';
import { grant, run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    create table vault.erased_subjects (
      subject_id uuid primary key,
      erased_at timestamptz not null
    );
    -- To delete rows of one person it must be able to name the column, and no other.
    grant select (person_id) on muster.access_credentials, muster.access_passkeys, muster.access_recovery_codes,
      muster.access_links, muster.access_devices, muster.access_challenges to muster_worker;
    grant select (subject) on muster.access_throttle to muster_worker;
    grant select (accounts), update (accounts) on muster.access_refusals to muster_worker;
    grant delete on vault.subject_keys to muster_worker;
    revoke delete on vault.subject_keys from muster_app;
    `,
  );
  await grant(db, 'vault.erased_subjects', {
    app: ['select'],
    worker: ['select', 'insert'],
    gateway: ['select'],
    signer: ['select'],
  });
  for (const table of [
    'credentials',
    'passkeys',
    'recovery_codes',
    'links',
    'devices',
    'challenges',
    'throttle',
  ] as const) {
    await grant(db, `muster.access_${table}`, { worker: ['delete'] });
  }
  await grant(db, 'muster.access_sessions', { worker: ['delete'] });
  await grant(db, 'muster.access_people', { worker: ['delete'] });
}
