// People, their credentials and sessions; the keys of their personal fields; remembered answers of commands.
import type { Kysely } from 'kysely';
import { grant, run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    -- One wrapped key per data subject. Deleting the row erases every field sealed under it, wherever a copy lies.
    create table vault.subject_keys (
      subject_id uuid primary key,
      wrapped bytea not null,
      created_at timestamptz not null default now()
    );

    -- Answers of commands by the caller's own id: a repeat gets the first answer.
    create table muster.platform_commands (
      actor text collate "C" not null,
      command_id uuid not null,
      request_hash text not null,
      answer jsonb not null,
      answered_at timestamptz not null default now(),
      primary key (actor, command_id)
    );
    create index on muster.platform_commands (answered_at);

    create table muster.access_people (
      person_id uuid primary key,
      tenant_id uuid not null,
      -- Sealed, as in the events.
      name text not null,
      email text not null,
      -- Keyed hash of the address in small letters, so that sign-in finds it and a dump does not show it.
      email_tag text not null,
      time_zone text not null,
      role text not null,
      registered_at timestamptz not null,
      unique (tenant_id, email_tag)
    );

    -- Never in events: hashes and sealed seeds.
    create table muster.access_credentials (
      person_id uuid primary key,
      password_hash text not null,
      totp_secret bytea not null,
      -- Last time step that was accepted: a code works once.
      totp_step bigint not null default 0,
      updated_at timestamptz not null default now()
    );
    create table muster.access_recovery_codes (
      person_id uuid not null,
      code_tag text not null,
      used_at timestamptz,
      primary key (person_id, code_tag)
    );
    create table muster.access_owner_links (
      link_hash bytea primary key,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      used_at timestamptz
    );
    -- Between the password and the code, and between the first and the second step of set-up.
    create table muster.access_challenges (
      challenge_id uuid primary key,
      kind text not null check (kind in ('sign-in', 'set-up')),
      person_id uuid,
      payload bytea,
      attempts int not null default 0,
      expires_at timestamptz not null
    );
    create table muster.access_sessions (
      session_id uuid primary key,
      token_hash bytea not null unique,
      tenant_id uuid not null,
      person_id uuid not null,
      factor text not null,
      factor_at timestamptz not null,
      source_tag text not null,
      -- For the never-blocked list only: sealed, gone with the session.
      source text not null,
      created_at timestamptz not null default now(),
      used_at timestamptz not null default now(),
      expires_at timestamptz not null,
      ended_at timestamptz
    );
    create index on muster.access_sessions (person_id) where ended_at is null;
    -- Refused sign-ins per source and minute; a digest event takes them from here.
    create table muster.access_refusals (
      source_tag text not null,
      minute timestamptz not null,
      attempts int not null default 0,
      accounts text[] not null default '{}',
      digested boolean not null default false,
      primary key (source_tag, minute)
    );
    -- Throttle by account and by source: next attempt is not looked at before.
    create table muster.access_throttle (
      subject text primary key,
      failures int not null,
      not_before timestamptz not null
    );
    `,
  );
  await run(db, 'grant usage on schema vault to muster_app, muster_worker, muster_gateway, muster_signer');
  await grant(db, 'vault.subject_keys', {
    app: ['select', 'insert', 'delete'],
    worker: ['select'],
    gateway: ['select'],
    signer: ['select'],
  });
  await grant(db, 'muster.platform_commands', { app: ['select', 'insert', 'delete'] });
  await grant(db, 'muster.access_people', { app: ['select'], worker: ['select', 'insert', 'update'] });
  await grant(db, 'muster.access_credentials', { app: ['select', 'insert', 'update'] });
  await grant(db, 'muster.access_recovery_codes', { app: ['select', 'insert', 'update'] });
  await grant(db, 'muster.access_owner_links', { app: ['select', 'insert', 'update'] });
  await grant(db, 'muster.access_challenges', { app: ['select', 'insert', 'update', 'delete'] });
  await grant(db, 'muster.access_sessions', { app: ['select', 'insert', 'update'], worker: ['select'] });
  await grant(db, 'muster.access_refusals', { app: ['select', 'insert', 'update', 'delete'] });
  await grant(db, 'muster.access_throttle', { app: ['select', 'insert', 'update', 'delete'] });
  // What opens an account is not the auditor's to read.
  await run(
    db,
    `revoke select on muster.access_credentials, muster.access_recovery_codes, muster.access_owner_links,
       muster.access_challenges, muster.access_sessions from muster_auditor`,
  );
}
