// Which version of the agent runs where, for the domain that replaces it.
import { sql, type RawBuilder } from 'kysely';
import type { Connection } from '../../platform/database/database.ts';

export interface AgentVersion {
  readonly version: string;
  readonly servers: number;
  readonly present: number;
  readonly updatable: number;
}

export interface ListedAgent {
  readonly serverId: string;
  readonly name: string;
  readonly version: string;
  readonly present: boolean;
  readonly updatable: boolean;
  readonly simulated: boolean;
}

/** What it said when it connected last; else what it said when it was enrolled. */
const VERSION = sql`coalesce(p.agent_version, s.agent_version)`;
const PRESENT = sql`(p.heard_at is not null and not p.silent and not s.quarantined)`;
const UPDATABLE = sql`(s.confirmed and not s.quarantined and not s.simulated and not s.observe_only
  and coalesce('releases' = any (p.speaks), false))`;

export class AgentFleet {
  constructor(private readonly database: Connection) {}

  /** By how many servers run them. */
  async versions(tenantId: string): Promise<AgentVersion[]> {
    const { rows } = await sql<AgentVersion>`
      select ${VERSION} as version, count(*)::int as servers, count(*) filter (where ${PRESENT})::int as present,
        count(*) filter (where ${UPDATABLE})::int as updatable
      ${this.#of(tenantId)} group by 1 order by 2 desc, 1`.execute(this.database.db);
    return rows;
  }

  async list(
    tenantId: string,
    { version, after, limit }: { version?: string | undefined; after?: string | undefined; limit: number },
  ): Promise<ListedAgent[]> {
    const { rows } = await sql<ListedAgent>`
      select s.server_id as "serverId", s.name, ${VERSION} as version, ${PRESENT} as present,
        ${UPDATABLE} as updatable, s.simulated
      ${this.#of(tenantId)}
        ${version === undefined ? sql`` : sql`and ${VERSION} = ${version}`}
        ${after === undefined ? sql`` : sql`and s.name > ${after}`}
      order by s.name limit ${limit}`.execute(this.database.db);
    return rows;
  }

  /** Servers that could be asked now to run another version than they do. */
  async updatable(tenantId: string, version: string): Promise<string[]> {
    const { rows } = await sql<{ server_id: string }>`
      select s.server_id ${this.#of(tenantId)}
        and ${UPDATABLE} and p.gateway_id is not null and ${VERSION} <> ${version}`.execute(this.database.db);
    return rows.map((row) => row.server_id);
  }

  #of(tenantId: string): RawBuilder<unknown> {
    return sql`from muster.servers_servers s left join muster.servers_presence p using (server_id)
      where s.tenant_id = ${tenantId} and not s.retired`;
  }
}
