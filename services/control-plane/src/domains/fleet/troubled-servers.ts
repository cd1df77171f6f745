// Which servers need somebody, out of all of them: the roll of the first page ends at some number, trouble does not.
import type { Attention } from '@muster/contracts/fleet';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { timestamps, uuids } from '../../platform/database/columns.ts';
import { APP_DATABASE, type Connection } from '../../platform/database/database.ts';

const SEVERITY = {
  'servers-silent': 'critical',
  'identity-conflict': 'critical',
  'table-drifted': 'critical',
  'server-unconfirmed': 'warn',
} as const satisfies Partial<Record<Attention['kind'], Attention['severity']>>;
type Trouble = keyof typeof SEVERITY;

/** Of each kind; how many there are is told besides. */
const MOST_NAMES = 200;

@Injectable()
export class TroubledServers {
  constructor(@Inject(APP_DATABASE) private readonly database: Connection) {}

  /** One item for each kind of trouble that any server of this reader is in; `drifted`: whose table is not as desired. */
  async attention(
    tenantId: string,
    drifted: readonly { readonly serverId: string; readonly since: Date }[],
  ): Promise<Attention[]> {
    const { rows } = await sql<{ kind: Trouble; count: number; since: Date; ids: string[]; names: string[] }>`
      with drifted as (
        select * from unnest(${uuids(drifted.map(({ serverId }) => serverId))}, ${timestamps(drifted.map(({ since }) => since))})
          as d(server_id, since)),
      found as (
        select t.kind, t.since, s.server_id, s.name
        from muster.servers_servers s
        left join muster.servers_presence p using (server_id)
        left join drifted d using (server_id)
        cross join lateral (
          select 'servers-silent' as kind, coalesce(p.silent_since, p.heard_at) as since where p.silent and not s.quarantined
          union all
          select 'identity-conflict', coalesce(p.heard_at, s.enrolled_at) where s.quarantined
          union all
          select 'table-drifted', d.since where d.since is not null
          union all
          select 'server-unconfirmed', s.enrolled_at where not s.confirmed and not s.quarantined) t
        where s.tenant_id = ${tenantId} and not s.retired
          and (s.quarantined or p.silent or not s.confirmed or d.since is not null))
      select kind, count(*)::int as count, min(since) as since,
        (array_agg(server_id::text order by name, server_id))[1:${MOST_NAMES}] as ids,
        (array_agg(name order by name, server_id))[1:${MOST_NAMES}] as names
      from found group by kind`.execute(this.database.db);
    return rows.map(({ kind, count, since, ids, names }) => ({
      kind,
      severity: SEVERITY[kind],
      since: since.toISOString(),
      subject: { serverIds: ids, names, id: null, text: null, until: null, count },
    }));
  }
}
