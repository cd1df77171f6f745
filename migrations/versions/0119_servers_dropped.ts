// When a server's spool last had to drop telemetry, beside what its heartbeats say.
import type { Kysely } from 'kysely';
import { run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, 'alter table muster.servers_presence add column dropped_at timestamptz;');
}
