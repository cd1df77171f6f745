// After a restore: the hold on dispatch, whose journal was collected, and what only servers still know. Written in the
// transaction of the events they come from, because the signer and the dispatcher ask them before every task.
import type { Kysely } from 'kysely';
import { grant, run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    create table muster.operations_holds (
      hold_id uuid primary key,
      tenant_id uuid not null,
      reason text not null,
      epoch int not null,
      backup_taken_at timestamptz not null,
      size bigint not null,
      began_at timestamptz not null,
      ended_at timestamptz
    );
    create table muster.operations_journals (
      hold_id uuid not null references muster.operations_holds,
      server_id uuid not null,
      head_origin text,
      head_size bigint,
      lost int not null,
      collected_at timestamptz not null,
      primary key (hold_id, server_id)
    );
    create table muster.operations_lost_actions (
      hold_id uuid not null references muster.operations_holds,
      server_id uuid not null,
      task_id uuid not null,
      state text not null,
      task text,
      actor text,
      at timestamptz not null,
      outcome text,
      primary key (hold_id, server_id, task_id)
    );
    `,
  );
  // Whoever appends their events writes them in the same transaction.
  const writers = ['select', 'insert', 'update'] as const;
  for (const table of ['holds', 'journals', 'lost_actions'] as const) {
    await grant(db, `muster.operations_${table}`, { app: writers, worker: writers, gateway: writers, signer: writers });
  }
  // A server that has seen higher numbers than the database gave raises them when it connects.
  await grant(db, 'muster.operations_lanes', { gateway: writers });
}
