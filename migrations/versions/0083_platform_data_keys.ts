// The data key of envelope encryption, wrapped under each key that may open it at present. Processes that start make and
// read it; only the host's operator takes a wrapping away.
import type { Kysely } from 'kysely';
import { grant, run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    create table vault.data_keys (
      wrapping_key text primary key,
      wrapped bytea not null,
      created_at timestamptz not null default now()
    );
    `,
  );
  const open = ['select', 'insert'] as const;
  await grant(db, 'vault.data_keys', { app: open, worker: open, gateway: open });
}
