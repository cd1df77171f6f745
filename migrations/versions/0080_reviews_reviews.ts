// Reviews and their items: read models of their events. Who sees the whole fleet sees them; nobody else does.
import type { Kysely } from 'kysely';
import { grant, run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    create table muster.reviews_reviews (
      review_id uuid primary key,
      tenant_id uuid not null,
      kind text not null check (kind in ('access', 'break-glass')),
      owner_id uuid,
      about uuid,
      items int not null,
      opened_at timestamptz not null,
      opened_position bigint not null,
      due_at timestamptz not null,
      overdue_at timestamptz,
      attested_at timestamptz,
      attested_by uuid,
      statement text
    );
    create index on muster.reviews_reviews (tenant_id, opened_at desc);
    create index on muster.reviews_reviews (due_at) where attested_at is null;

    create table muster.reviews_items (
      review_id uuid not null references muster.reviews_reviews,
      item_id uuid not null,
      tenant_id uuid not null,
      kind text not null check (kind in ('account', 'grant', 'token')),
      thing_id uuid not null,
      holder_id uuid not null,
      facts text[] not null,
      last_used_at timestamptz,
      decision text check (decision in ('kept', 'revoked')),
      reason text,
      decided_by text,
      decided_at timestamptz,
      primary key (review_id, item_id)
    );
    -- When a thing was kept last.
    create index on muster.reviews_items (thing_id, decided_at desc) where decision = 'kept';
    `,
  );
  for (const table of ['reviews_reviews', 'reviews_items']) {
    await grant(db, `muster.${table}`, { app: ['select'], worker: ['select', 'insert', 'update'] });
    await run(
      db,
      `
      alter table muster.${table} enable row level security;
      alter table muster.${table} force row level security;
      create policy shown on muster.${table} to muster_app using ((select muster.sees_all()));
      create policy process on muster.${table}
        to muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor, muster_owner
        using (true) with check (true);
      `,
    );
  }
}
