// Rollouts of the agent's releases, and which agents can take part: an agent says in its hello what it can do.
import type { Kysely } from 'kysely';
import { grant, run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    create table muster.releases_rollouts (
      rollout_id uuid primary key,
      tenant_id uuid not null,
      version text not null,
      canary int not null,
      step int not null,
      window_seconds int not null,
      reason text not null,
      state text not null default 'running' check (state in ('running', 'finished', 'stopped')),
      because text,
      started_at timestamptz not null,
      ended_at timestamptz
    );
    create index on muster.releases_rollouts (tenant_id, started_at desc);
    create table muster.releases_waves (
      rollout_id uuid not null references muster.releases_rollouts,
      wave int not null,
      tenant_id uuid not null,
      operation_id uuid not null unique,
      servers int not null,
      proven int not null default 0,
      failed int not null default 0,
      missed int not null default 0,
      started_at timestamptz not null,
      primary key (rollout_id, wave)
    );
    alter table muster.servers_presence add column speaks text[] not null default '{}';
    `,
  );
  for (const table of ['rollouts', 'waves'] as const) {
    await grant(db, `muster.releases_${table}`, { app: ['select'], worker: ['select', 'insert', 'update'] });
    // They concern the fleet as a whole.
    await run(
      db,
      `
      alter table muster.releases_${table} enable row level security;
      alter table muster.releases_${table} force row level security;
      create policy shown on muster.releases_${table} to muster_app using ((select muster.sees_all()));
      create policy process on muster.releases_${table}
        to muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor, muster_owner
        using (true) with check (true);`,
    );
  }
}
