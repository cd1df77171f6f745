// Servers, groups, enrolments, presence and the facts they report.
import type { Kysely } from 'kysely';
import { grant, run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    create table muster.servers_servers (
      server_id uuid primary key,
      tenant_id uuid not null,
      name text not null,
      hostname text not null,
      enrolment_id uuid not null,
      agent_key text not null,
      host_key text,
      sealing_key text,
      fingerprint text not null,
      machine_hash text not null,
      agent_version text not null,
      offers text[] not null,
      observe_only boolean not null,
      simulated boolean not null,
      confirmed boolean not null default false,
      quarantined boolean not null default false,
      retired boolean not null default false,
      tags text[] not null default '{}',
      enrolled_at timestamptz not null
    );
    create unique index on muster.servers_servers (tenant_id, lower(name)) where not retired;
    create index on muster.servers_servers using gin (tags);

    create table muster.servers_capabilities (
      server_id uuid not null references muster.servers_servers,
      capability text not null,
      mode text not null check (mode in ('observe', 'managed')),
      primary key (server_id, capability)
    );

    create table muster.servers_groups (
      group_id uuid primary key,
      tenant_id uuid not null,
      name text not null
    );
    create table muster.servers_group_members (
      group_id uuid not null references muster.servers_groups on delete cascade,
      server_id uuid not null references muster.servers_servers,
      primary key (group_id, server_id)
    );
    create index on muster.servers_group_members (server_id);

    create table muster.servers_enrolments (
      enrolment_id uuid primary key,
      tenant_id uuid not null,
      token_hash bytea,
      name text,
      group_ids uuid[] not null,
      simulated boolean not null,
      issued_at timestamptz not null,
      expires_at timestamptz not null,
      downloaded_at timestamptz,
      cancelled_at timestamptz,
      server_id uuid,
      enrolled_at timestamptz,
      connected_at timestamptz,
      confirmed_at timestamptz
    );

    -- Written by the gateway, beat by beat: telemetry, not history. Changes of state are events.
    create table muster.servers_presence (
      server_id uuid primary key,
      gateway_id uuid,
      session_id uuid,
      connected_at timestamptz,
      heard_at timestamptz not null,
      boot_id text not null,
      agent_version text not null,
      machine_hash text not null,
      address inet,
      clock_skew_ms double precision,
      spooled int not null default 0,
      -- What the last event said, so that silence is told once.
      silent boolean not null default false,
      silent_since timestamptz
    ) with (fillfactor = 70);
    create index on muster.servers_presence (gateway_id);

    create table muster.servers_gateways (
      gateway_id uuid primary key,
      started_at timestamptz not null default now(),
      beat_at timestamptz not null default now()
    );

    create table muster.servers_inventory (
      server_id uuid primary key,
      at timestamptz not null,
      facts jsonb not null,
      sha256 text not null
    );
    -- What a server says it may not do (host policy, no root helper).
    create table muster.servers_barred (
      server_id uuid not null,
      capability text not null,
      why text not null,
      primary key (server_id, capability)
    );
    -- Highest batch that was stored; a repeat is acknowledged and dropped.
    create table muster.servers_batches (
      server_id uuid primary key,
      seq bigint not null
    ) with (fillfactor = 70);
    `,
  );
  const readers = { app: ['select'], gateway: ['select'], signer: ['select'] } as const;
  await grant(db, 'muster.servers_servers', { ...readers, worker: ['select', 'insert', 'update'] });
  await grant(db, 'muster.servers_capabilities', { ...readers, worker: ['select', 'insert', 'update', 'delete'] });
  await grant(db, 'muster.servers_groups', { ...readers, worker: ['select', 'insert', 'update', 'delete'] });
  await grant(db, 'muster.servers_group_members', { ...readers, worker: ['select', 'insert', 'update', 'delete'] });
  await grant(db, 'muster.servers_enrolments', {
    app: ['select'],
    gateway: ['select'],
    worker: ['select', 'insert', 'update'],
  });
  await run(
    db,
    `grant insert, update on muster.servers_enrolments to muster_app;
     grant update (downloaded_at) on muster.servers_enrolments to muster_gateway`,
  );
  const live = ['select', 'insert', 'update', 'delete'] as const;
  await grant(db, 'muster.servers_presence', { app: ['select'], worker: ['select', 'update'], gateway: live });
  await grant(db, 'muster.servers_gateways', { app: ['select'], worker: ['select', 'delete'], gateway: live });
  await grant(db, 'muster.servers_inventory', { app: ['select'], worker: ['select'], gateway: live });
  await grant(db, 'muster.servers_barred', { app: ['select'], worker: ['select'], gateway: live });
  await grant(db, 'muster.servers_batches', { gateway: live });
}
