// Passkeys, one-time links, known devices and what a session knows about itself; how people must sign in.
import type { Kysely } from 'kysely';
import { grant, run } from '../src/grants.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    alter table muster.access_people add column state text not null default 'active' check (state in ('invited', 'active'));

    -- A person who has only passkeys has no password; one whom the policy lets has no second factor.
    alter table muster.access_credentials
      alter column password_hash drop not null,
      alter column totp_secret drop not null,
      add column password_set_at timestamptz,
      add column totp_since timestamptz,
      add column recovery_issued_at timestamptz;
    update muster.access_credentials
      set password_set_at = updated_at, totp_since = updated_at, recovery_issued_at = updated_at;

    create table muster.access_passkeys (
      passkey_id uuid primary key,
      person_id uuid not null,
      -- Chosen by the authenticator, base64url.
      credential_id text not null unique,
      public_key bytea not null,
      -- Grows with each use unless the authenticator counts nothing; one that falls back was copied.
      counter bigint not null,
      transports text[] not null,
      synced boolean not null,
      -- Sealed: people name them after themselves.
      name text not null,
      added_at timestamptz not null default now(),
      used_at timestamptz
    );
    create index on muster.access_passkeys (person_id);

    -- Invitations and recoveries. At most one is open per person.
    create table muster.access_links (
      link_hash bytea primary key,
      person_id uuid not null,
      purpose text not null check (purpose in ('invitation', 'recovery')),
      reset_second_factor boolean not null,
      made_by uuid not null,
      made_at timestamptz not null default now(),
      expires_at timestamptz not null,
      ended_at timestamptz
    );
    create unique index on muster.access_links (person_id) where ended_at is null;

    -- Browsers from which an account was opened before. Strangers' failures do not slow them down.
    create table muster.access_devices (
      device_hash bytea not null,
      person_id uuid not null,
      used_at timestamptz not null default now(),
      primary key (device_hash, person_id)
    );

    alter table muster.access_challenges drop constraint access_challenges_kind_check;
    alter table muster.access_challenges add constraint access_challenges_kind_check
      check (kind in ('sign-in', 'set-up', 'passkey', 'step-up', 'entry', 'enrol-totp', 'enrol-passkey'));
    alter table muster.access_challenges add column session_id uuid;

    alter table muster.access_sessions
      add column device text,
      -- A new token waits until the browser has used it; until then the old one is good.
      add column next_token_hash bytea unique,
      add column token_issued_at timestamptz not null default now(),
      -- The token before, and since when it is not: somebody who shows it later has stolen a copy, or was stolen from.
      add column previous_token_hash bytea unique,
      add column replaced_at timestamptz;
    create index on muster.access_sessions (person_id, source_tag);

    create table muster.access_sign_in_policy (
      tenant_id uuid primary key,
      policy jsonb not null
    );
    `,
  );
  await grant(db, 'muster.access_passkeys', { app: ['select', 'insert', 'update', 'delete'] });
  await grant(db, 'muster.access_links', { app: ['select', 'insert', 'update'] });
  await grant(db, 'muster.access_devices', { app: ['select', 'insert', 'update', 'delete'] });
  await grant(db, 'muster.access_recovery_codes', { app: ['delete'] });
  await grant(db, 'muster.access_sign_in_policy', { app: ['select', 'insert', 'update'] });
  // What opens an account is not the auditor's to read.
  await run(
    db,
    `revoke select on muster.access_passkeys, muster.access_links, muster.access_devices from muster_auditor`,
  );
}
