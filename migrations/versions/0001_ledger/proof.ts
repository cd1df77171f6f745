// The Merkle tree over the ledger (RFC 6962) in C2SP tiles, the signed checkpoints, and the witnesses' cosignatures.
// A tile only ever gets longer, a checkpoint is never smaller than the last one.
export const proof = `
create table es.tree_state (
  only_row boolean primary key default true check (only_row),
  size bigint not null default 0 check (size >= 0)
);
insert into es.tree_state default values;
create trigger only_grows before update on es.tree_state for each row execute function es.refuse_shrink();
alter table es.tree_state enable always trigger only_grows;

create table es.tiles (
  level smallint not null check (level between 0 and 7),
  index bigint not null check (index >= 0),
  hashes bytea not null check (octet_length(hashes) between 32 and 8192 and octet_length(hashes) % 32 = 0),
  primary key (level, index)
);
alter table es.tiles alter column hashes set storage external;

create table es.checkpoints (
  size bigint primary key check (size > 0),
  root bytea not null check (octet_length(root) = 32),
  note text not null,
  created_at timestamptz not null default clock_timestamp()
);

create table es.witness_cosignatures (
  size bigint not null references es.checkpoints (size),
  witness_id text collate "C" not null,
  key_id text not null,
  root bytea not null check (octet_length(root) = 32),
  signature bytea not null check (octet_length(signature) = 64),
  cosigned_at timestamptz not null,
  received_at timestamptz not null default clock_timestamp(),
  primary key (size, witness_id)
);

create function es.refuse_rewrite() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op <> 'UPDATE' then
    raise exception '% on %.% is forbidden', tg_op, tg_table_schema, tg_table_name using errcode = 'ES403';
  end if;
  if new.level <> old.level or new.index <> old.index
     or substring(new.hashes from 1 for octet_length(old.hashes)) <> old.hashes then
    raise exception 'a tile only gets longer' using errcode = 'ES403';
  end if;
  return new;
end $$;
create trigger only_extended before update or delete on es.tiles for each row execute function es.refuse_rewrite();
alter table es.tiles enable always trigger only_extended;
create trigger never_emptied before truncate on es.tiles for each statement execute function es.refuse_rewrite();
alter table es.tiles enable always trigger never_emptied;
select es.protect('es.checkpoints');
select es.protect('es.witness_cosignatures');

-- A log takes its origin from the keyset that root signed, until its first checkpoint. True when it has that name.
create function es.name_log(p_origin text) returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update es.log_state set origin = p_origin
    where origin <> p_origin and not exists (select 1 from es.checkpoints) and p_origin ~ '^[^[:space:]+]{1,120}$';
  return exists (select 1 from es.log_state where origin = p_origin);
end $$;

-- Stores the tree's growth from one size to the next with its signed checkpoint, all or nothing.
-- False: another sequencer has grown it meanwhile; read the state again.
create function es.grow_tree(p_from bigint, p_to bigint, p_levels smallint[], p_indexes bigint[], p_hashes bytea[],
                             p_root bytea, p_note text)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if p_to <= p_from or p_to > (select size from es.log_state) then
    raise exception 'a tree of % leaves cannot grow to %', p_from, p_to using errcode = 'ES422';
  end if;
  update es.tree_state set size = p_to where size = p_from;
  if not found then return false; end if;
  insert into es.tiles (level, index, hashes)
    select * from unnest(p_levels, p_indexes, p_hashes)
    on conflict (level, index) do update set hashes = excluded.hashes;
  insert into es.checkpoints (size, root, note) values (p_to, p_root, p_note);
  return true;
end $$;
`;
