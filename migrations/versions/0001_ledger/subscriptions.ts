// How far each subscription (projection, policy, relay) has read. A poison event pauses its subscription and stays
// visible here until somebody has mended it; it is never skipped.
export const subscriptions = `
create table es.subscriptions (
  name text collate "C" not null,
  version int not null,
  position bigint not null check (position >= -1),
  status text not null default 'running' check (status in ('running', 'paused')),
  failed_position bigint,
  failure text,
  updated_at timestamptz not null default clock_timestamp(),
  primary key (name, version),
  check ((status = 'paused') = (failure is not null))
);
comment on column es.subscriptions.position is 'last position that was handled; -1 before the first';
`;
