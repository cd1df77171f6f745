// What is stored. An event's content is kept once, as the exact canonical bytes that are hashed (RFC 8785): a second
// copy as jsonb could be edited without a proof noticing. es.readable_events gives it as jsonb to those who query.
export const tables = `
create table es.streams (
  stream_id text collate "C" primary key,
  tenant_id uuid not null,
  stream_type text not null,
  version bigint not null check (version > 0),
  created_at timestamptz not null default clock_timestamp()
);

create table es.events (
  event_id uuid not null,
  tenant_id uuid not null,
  stream_id text collate "C" not null,
  stream_version bigint not null,
  event_type text not null,
  schema_version smallint not null,
  body bytea not null,
  meta bytea not null,
  recorded_at timestamptz not null,
  primary key (event_id, recorded_at),
  unique (stream_id, stream_version, recorded_at)
) partition by range (recorded_at);

-- Committed, but without a position yet. seq is the order of insertion and never a cursor.
create table es.pending (
  seq bigint generated always as identity primary key,
  event_id uuid not null,
  recorded_at timestamptz not null,
  tenant_id uuid not null,
  stream_id text collate "C" not null,
  stream_version bigint not null,
  event_type text not null,
  leaf_hash bytea not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);

-- One row per accepted command. Ids are namespaced by actor, so that nobody can use up another's.
create table es.appends (
  actor text collate "C" not null,
  command_id uuid not null,
  request_hash bytea not null check (octet_length(request_hash) = 32),
  stream_id text collate "C" not null,
  from_version bigint not null,
  to_version bigint not null,
  recorded_at timestamptz not null,
  primary key (actor, command_id)
);

-- What only one stream may hold at a time, for example a server's name.
create table es.reservations (
  tenant_id uuid not null,
  namespace text collate "C" not null,
  key text collate "C" not null,
  stream_id text collate "C" not null,
  reserved_at timestamptz not null,
  primary key (tenant_id, namespace, key)
);

-- Dense from 0. The position is the Merkle leaf index.
create table es.ledger (
  position bigint primary key check (position >= 0),
  event_id uuid not null,
  recorded_at timestamptz not null,
  tenant_id uuid not null,
  stream_id text collate "C" not null,
  stream_version bigint not null,
  event_type text not null,
  leaf_hash bytea not null check (octet_length(leaf_hash) = 32)
);

-- Not unique: an id that somebody used twice must not stop the sequencer for everybody.
create index on es.ledger (event_id);

-- origin names this log in its checkpoints and is never used again for another one.
create table es.log_state (
  only_row boolean primary key default true check (only_row),
  origin text not null,
  size bigint not null default 0 check (size >= 0)
);
insert into es.log_state (origin) values ('muster.local/log/' || gen_random_uuid());

create view es.readable_events as
  select l.position, e.event_id, e.tenant_id, e.stream_id, e.stream_version, e.event_type, e.schema_version,
         e.recorded_at, convert_from(e.body, 'UTF8')::jsonb as data, convert_from(e.meta, 'UTF8')::jsonb as meta
  from es.ledger l join es.events e on e.event_id = l.event_id and e.recorded_at = l.recorded_at;
`;
