// The policy's own tables: read whole at its start, written row by row as they change, in the transaction of its
// checkpoint. Whoever else wants to know what is desired reads them through the same loader.
import type { Target } from '@muster/contracts';
import { sql, type QueryExecutorProvider } from 'kysely';
import { noRows, type DesiredFleet, type Enforcement, type OpenTask, type Rows } from '../desired-fleet.ts';

/** A transaction, or a handle on the database. */
type Handle = QueryExecutorProvider;

export async function versionOf(db: Handle): Promise<number> {
  const { rows } = await sql<{ version: number | string }>`select version from muster.bans_desired_version`.execute(db);
  return Number(rows[0]?.version ?? 0);
}

export async function loadRows(db: Handle): Promise<Rows> {
  const rows = noRows();
  const servers = await sql<{
    server_id: string;
    tenant_id: string;
    confirmed: boolean;
    managed: boolean;
    withdrawn: boolean;
    revision: number | string;
  }>`select server_id, tenant_id, confirmed, managed, withdrawn, revision from muster.bans_desired`.execute(db);
  for (const row of servers.rows) {
    const { confirmed, managed, withdrawn } = row;
    const named = { serverId: row.server_id, tenantId: row.tenant_id, confirmed, managed, withdrawn };
    rows.servers.set(row.server_id, { ...named, revision: Number(row.revision) });
  }
  const groups = await sql<{
    group_id: string;
    server_id: string;
  }>`select group_id, server_id from muster.bans_desired_groups`.execute(db);
  for (const { group_id, server_id } of groups.rows) {
    rows.groups.set(group_id, (rows.groups.get(group_id) ?? new Set()).add(server_id));
  }
  const blocks = await sql<{
    block_id: string;
    tenant_id: string;
    range: string;
    target: Target;
    until: Date | null;
  }>`select block_id, tenant_id, range, target, until from muster.bans_desired_blocks`.execute(db);
  for (const { block_id, tenant_id, range, target, until } of blocks.rows) {
    const block = { blockId: block_id, tenantId: tenant_id, range, target, until: until?.getTime() ?? null };
    rows.blocks.set(block_id, block);
  }
  const protections = await sql<{
    entry_id: string;
    tenant_id: string;
    range: string;
  }>`select entry_id, tenant_id, range from muster.bans_desired_protections`.execute(db);
  for (const { entry_id, tenant_id, range } of protections.rows) {
    rows.protections.set(entry_id, { entryId: entry_id, tenantId: tenant_id, range });
  }
  const tasks = await sql<{
    task_id: string;
    server_id: string;
    operation_id: string;
    kind: OpenTask['kind'];
    revision: number | string | null;
    asked_at: Date;
  }>`select task_id, server_id, operation_id, kind, revision, asked_at from muster.bans_desired_tasks`.execute(db);
  for (const row of tasks.rows) {
    rows.openTasks.set(row.task_id, {
      taskId: row.task_id,
      serverId: row.server_id,
      operationId: row.operation_id,
      kind: row.kind,
      revision: row.revision === null ? null : Number(row.revision),
      askedAt: row.asked_at,
    });
  }
  return rows;
}

/** A few statements, however many rows changed. */
export async function saveRows(db: Handle, { rows, dirty, enforced }: DesiredFleet): Promise<void> {
  await saveServers(db, rows, dirty.servers);
  await saveGroups(db, rows, dirty.groups);
  await saveBlocks(db, rows, dirty.blocks);
  await saveProtections(db, rows, dirty.protections);
  await saveTasks(db, rows, dirty.openTasks);
  await saveEnforcements(db, enforced.splice(0));
  await sql`update muster.bans_desired_version set version = version + 1`.execute(db);
  for (const keys of Object.values(dirty)) keys.clear();
}

const json = (value: unknown) => sql`${JSON.stringify(value)}::json`;
const present = <T>(keys: ReadonlySet<string>, map: ReadonlyMap<string, T>): T[] =>
  [...keys].flatMap((key) => map.get(key) ?? []);
const gone = (keys: ReadonlySet<string>, map: ReadonlyMap<string, unknown>): string[] =>
  [...keys].filter((key) => !map.has(key));

async function saveServers(db: Handle, rows: Rows, keys: ReadonlySet<string>): Promise<void> {
  if (keys.size === 0) return;
  await sql`
    insert into muster.bans_desired as d (server_id, tenant_id, confirmed, managed, withdrawn, revision)
    select * from json_to_recordset(${json(present(keys, rows.servers))})
      as r("serverId" uuid, "tenantId" uuid, confirmed boolean, managed boolean, withdrawn boolean, revision bigint)
    on conflict (server_id) do update set confirmed = excluded.confirmed, managed = excluded.managed,
      withdrawn = excluded.withdrawn, revision = excluded.revision, changed_at = clock_timestamp()`.execute(db);
}

async function saveGroups(db: Handle, rows: Rows, keys: ReadonlySet<string>): Promise<void> {
  if (keys.size === 0) return;
  const members = [...keys].flatMap((group) =>
    [...(rows.groups.get(group) ?? [])].map((server) => ({ group, server })),
  );
  await sql`delete from muster.bans_desired_groups where group_id = any(${[...keys]}::uuid[])`.execute(db);
  await sql`
    insert into muster.bans_desired_groups (group_id, server_id)
    select * from json_to_recordset(${json(members)}) as r("group" uuid, server uuid)`.execute(db);
}

async function saveBlocks(db: Handle, rows: Rows, keys: ReadonlySet<string>): Promise<void> {
  if (keys.size === 0) return;
  const made = present(keys, rows.blocks).map((block) => ({
    ...block,
    until: block.until === null ? null : new Date(block.until).toISOString(),
  }));
  await sql`delete from muster.bans_desired_blocks where block_id = any(${gone(keys, rows.blocks)}::uuid[])`.execute(
    db,
  );
  await sql`
    insert into muster.bans_desired_blocks (block_id, tenant_id, range, target, until)
    select * from json_to_recordset(${json(made)})
      as r("blockId" uuid, "tenantId" uuid, range text, target jsonb, until timestamptz)
    on conflict do nothing`.execute(db);
}

async function saveProtections(db: Handle, rows: Rows, keys: ReadonlySet<string>): Promise<void> {
  if (keys.size === 0) return;
  const ended = gone(keys, rows.protections);
  await sql`delete from muster.bans_desired_protections where entry_id = any(${ended}::uuid[])`.execute(db);
  await sql`
    insert into muster.bans_desired_protections (entry_id, tenant_id, range)
    select * from json_to_recordset(${json(present(keys, rows.protections))})
      as r("entryId" uuid, "tenantId" uuid, range text)
    on conflict do nothing`.execute(db);
}

async function saveTasks(db: Handle, rows: Rows, keys: ReadonlySet<string>): Promise<void> {
  if (keys.size === 0) return;
  const ended = gone(keys, rows.openTasks);
  await sql`delete from muster.bans_desired_tasks where task_id = any(${ended}::uuid[])`.execute(db);
  await sql`
    insert into muster.bans_desired_tasks (task_id, server_id, operation_id, kind, revision, asked_at)
    select * from json_to_recordset(${json(present(keys, rows.openTasks))})
      as r("taskId" uuid, "serverId" uuid, "operationId" uuid, kind text, revision bigint, "askedAt" timestamptz)
    on conflict do nothing`.execute(db);
}

async function saveEnforcements(db: Handle, enforced: readonly Enforcement[]): Promise<void> {
  if (enforced.length === 0) return;
  const made = enforced.map(({ task, enforcedAt }) => ({ ...task, enforcedAt }));
  await sql`
    insert into muster.bans_enforcements (task_id, server_id, operation_id, revision, asked_at, enforced_at)
    select * from json_to_recordset(${json(made)}) as r("taskId" uuid, "serverId" uuid, "operationId" uuid,
      revision bigint, "askedAt" timestamptz, "enforcedAt" timestamptz)
    on conflict do nothing`.execute(db);
}
