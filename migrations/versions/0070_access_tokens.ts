// API tokens and service accounts. Written in the transaction of the events they come from: a token that was ended opens
// nothing from the moment its end is recorded. Only the hash of a token is kept, apart from what may be shown of it.
import type { Kysely } from 'kysely';
import { grant, run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, tables);
  const writers = ['select', 'insert', 'update'] as const;
  await grant(db, 'muster.access_tokens', { app: writers, worker: writers });
  await grant(db, 'muster.access_token_keys', { app: writers });
  await grant(db, 'muster.access_service_accounts', { app: writers, worker: writers });
  await grant(db, 'muster.access_token_policy', { app: writers, worker: writers });
  await run(db, rows);
  // What opens something is not the auditor's to read; when it did is.
  await run(
    db,
    `revoke select on muster.access_token_keys from muster_auditor;
     grant select (token_id, used_at, refused_at) on muster.access_token_keys to muster_auditor`,
  );
}

const tables = `
create table muster.access_tokens (
  token_id uuid primary key,
  tenant_id uuid not null,
  -- A person or a service account: in whose name it acts.
  holder_id uuid not null,
  holder_kind text not null check (holder_kind in ('person', 'service-account')),
  name text not null,
  may jsonb not null,
  networks text[] not null,
  made_by text not null,
  made_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  ended_why text check (ended_why in ('revoked', 'expired', 'offboarded', 'retired'))
);
create index on muster.access_tokens (holder_id);
create index on muster.access_tokens (expires_at) where ended_at is null;

create table muster.access_token_keys (
  token_id uuid primary key,
  token_hash bytea not null unique,
  used_at timestamptz,
  -- Sealed under the holder's key.
  used_from text,
  -- When its refusal was recorded last.
  refused_at timestamptz
);

create table muster.access_service_accounts (
  account_id uuid primary key,
  tenant_id uuid not null,
  name text not null,
  purpose text not null,
  owner_id uuid not null,
  created_at timestamptz not null,
  review_by timestamptz not null,
  reviewed_at timestamptz not null,
  flags text[] not null default '{}',
  retired_at timestamptz
);
create index on muster.access_service_accounts (owner_id) where retired_at is null;

create table muster.access_token_policy (
  tenant_id uuid primary key,
  policy jsonb not null
);
`;

const shownTo: Readonly<Record<string, string>> = {
  access_tokens: `(select muster.sees_all()) or holder_id::text = (select muster.asking())`,
  access_token_keys: `exists (select 1 from muster.access_tokens t where t.token_id = access_token_keys.token_id)`,
  access_service_accounts: `(select muster.sees_all()) or account_id::text = (select muster.asking())`,
  // The same for everybody.
  access_token_policy: 'true',
};

const rows = Object.entries(shownTo)
  .map(
    ([table, shown]) => `
    alter table muster.${table} enable row level security;
    alter table muster.${table} force row level security;
    create policy shown on muster.${table} to muster_app using (${shown});
    create policy process on muster.${table}
      to muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor, muster_owner
      using (true) with check (true);`,
  )
  .join('\n');
