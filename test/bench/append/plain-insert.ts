// What the append is measured against: one row with the same content, one index, nothing else.
export const TABLE = `
  create table public.plain_events (
    event_id uuid primary key, stream_id text not null, event_type text not null, body jsonb not null, meta jsonb not null,
    recorded_at timestamptz not null default clock_timestamp())`;

/** `:id` is a random number, so that rows differ. */
export const INSERT = `
  insert into public.plain_events (event_id, stream_id, event_type, body, meta)
  values (gen_random_uuid(), 'group-' || :id, 'servers.GroupCreated',
    jsonb_build_object('groupId', '0190b5e2-7a10-7000-8000-00000000b001', 'name', 'Group 0190b5e2-7a10-7000-8000-' || :id),
    '{"v":1,"actor":"0190b5e2-7a10-7000-8000-00000000b001","actorKind":"person","software":"muster/0.1.0","correlation":"0190b5e2-7a10-7000-8000-00000000b001","tenant":"0190a000-0000-7000-8000-000000000001"}')`;
