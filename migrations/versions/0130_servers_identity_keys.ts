// A server's identity key can be replaced: since when it has the present one, those it had, and whether another was asked
// for. A former key is remembered so that whoever still uses it is noticed.
import type { Kysely } from 'kysely';
import { run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    alter table muster.servers_servers
      add column key_since timestamptz,
      add column former_keys text[] not null default '{}',
      add column rotation_id uuid,
      add column rotation_asked_at timestamptz,
      add column misused_at timestamptz,
      add column misused_from text;
    create index on muster.servers_servers (rotation_id) where rotation_id is not null;
    `,
  );
}
