// Blocks in force as pages show them, each with how many servers should hold it and how many were seen to.
import type { Target } from '@muster/contracts';
import type { BlockView } from '@muster/contracts/bans';
import { sql, type RawBuilder } from 'kysely';
import type { Connection } from '../../platform/database/database.ts';
import type { PersonNames } from '../../platform/personal-data/person-names.ts';
import type { ServerDirectory } from '../servers/index.ts';
import { STATE } from './overview.ts';
import type { Key } from './queries/keyset.ts';
import { targetNames } from './queries/server-refs.ts';

interface Row {
  block_id: string;
  range: string;
  target: Target;
  until: Date | null;
  reason: string;
  blocked_by: string;
  blocked_at: Date;
  at_key: string;
  operation_id: string;
  servers: number;
  held: number;
}

export class BlockViews {
  constructor(
    private readonly database: Connection,
    private readonly directory: ServerDirectory,
    private readonly people: PersonNames,
  ) {}

  /** Newest first. An address or range finds the blocks that touch it. */
  async list(
    tenantId: string,
    { address, before, limit }: { address?: string | undefined; before: Key | null; limit: number },
  ): Promise<{ blocks: BlockView[]; last: Key | null }> {
    const conditions = [sql`b.tenant_id = ${tenantId} and b.ended_at is null and (b.until is null or b.until > now())`];
    if (address !== undefined) conditions.push(sql`b.range && ${address}::inet`);
    if (before) conditions.push(sql`(b.blocked_at, b.block_id) < (${before.at}::timestamptz, ${before.id}::uuid)`);
    const rows = await this.#rows(tenantId, sql.join(conditions, sql` and `), limit + 1);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const [nameOf, names] = await Promise.all([
      targetNames(
        this.directory,
        page.map((row) => row.target),
      ),
      this.people.names(page.map((row) => row.blocked_by)),
    ]);
    const blocks = page.map((row) => ({
      blockId: row.block_id,
      range: row.range,
      target: row.target,
      targetName: nameOf(row.target),
      until: row.until?.toISOString() ?? null,
      reason: row.reason,
      blockedBy: { actor: row.blocked_by, name: names.get(row.blocked_by) ?? null },
      blockedAt: row.blocked_at.toISOString(),
      operationId: row.operation_id,
      servers: row.servers,
      held: row.held,
    }));
    return { blocks, last: rows.length > limit && last ? { at: last.at_key, id: last.block_id } : null };
  }

  async total(tenantId: string): Promise<number> {
    const { rows } = await sql<{ total: number }>`
      select count(*)::int as total from muster.bans_blocks
      where tenant_id = ${tenantId} and ended_at is null and (until is null or until > now())`.execute(
      this.database.db,
    );
    return rows[0]?.total ?? 0;
  }

  async #rows(tenantId: string, condition: RawBuilder<unknown>, limit: number): Promise<Row[]> {
    // What is protected is held nowhere. Else a server holds a block when it holds everything desired, or proved this block's own change and has not drifted.
    const { rows } = await sql<Row>`
      with page as (
        select b.* from muster.bans_blocks b where ${condition} order by b.blocked_at desc, b.block_id desc limit ${limit}
      ), reach as materialized (
        select d.server_id, ${STATE} as state
        from muster.bans_desired d left join muster.bans_held h using (server_id)
        where d.tenant_id = ${tenantId} and d.managed and d.confirmed and not d.withdrawn
      )
      select p.block_id, p.range, p.target, p.until, p.reason, p.blocked_by, p.blocked_at, p.operation_id,
        to_char(p.blocked_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at_key,
        counted.servers, case when exists (
          select 1 from muster.bans_protections e where e.tenant_id = ${tenantId} and e.ended_at is null
            and e.range >>= p.range) then 0 else counted.held end as held
      from page p cross join lateral (
        select count(*)::int as servers,
          count(*) filter (where r.state = 'held' or (r.state = 'behind' and exists (
            select 1 from muster.bans_enforcements e
            where e.operation_id = p.operation_id and e.server_id = r.server_id)))::int as held
        from reach r
        where p.target ->> 'kind' = 'fleet'
          or (p.target ->> 'kind' = 'server' and r.server_id = (p.target ->> 'serverId')::uuid)
          or (p.target ->> 'kind' = 'group' and r.server_id in (
            select g.server_id from muster.bans_desired_groups g where g.group_id = (p.target ->> 'groupId')::uuid))
      ) counted
      order by p.blocked_at desc, p.block_id desc`.execute(this.database.db);
    return rows;
  }
}
