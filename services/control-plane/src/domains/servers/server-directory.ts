// Which servers there are, for other domains: who a target means, what they are called, whether they may be changed.
import type { CapabilityName } from '@muster/contracts/servers';
import type { Target } from '@muster/contracts';
import { sql } from 'kysely';
import type { Connection } from '../../platform/database/database.ts';
import type { EventStoreTransaction } from '../../platform/event-store/index.ts';

export interface ListedServer {
  readonly serverId: string;
  readonly name: string;
  readonly simulated: boolean;
  readonly observeOnly: boolean;
  /** Capabilities that Muster may change there. */
  readonly managed: readonly CapabilityName[];
  /** Its agent is connected at this moment. */
  readonly connected: boolean;
}

interface ServerAddresses {
  readonly name: string;
  /** The one it dials from first, then those it says it has: `192.0.2.7`, `192.0.2.7/24`. */
  readonly addresses: readonly string[];
}

interface Row {
  server_id: string;
  name: string;
  simulated: boolean;
  observe_only: boolean;
  managed: CapabilityName[];
  connected: boolean;
}

export class ServerDirectory {
  constructor(private readonly database: Connection) {}

  /** Confirmed servers that are neither retired nor quarantined. null: the group or server does not exist. */
  async resolve(tenantId: string, target: Target): Promise<readonly ListedServer[] | null> {
    if (target.kind === 'group') {
      const { rows } = await sql`
        select 1 from muster.servers_groups where group_id = ${target.groupId} and tenant_id = ${tenantId}`.execute(
        this.database.db,
      );
      if (rows.length === 0) return null;
    }
    const servers = await this.#list(
      tenantId,
      target.kind === 'group'
        ? sql`s.server_id in (select server_id from muster.servers_group_members where group_id = ${target.groupId})`
        : target.kind === 'server'
          ? sql`s.server_id = ${target.serverId}`
          : sql`true`,
    );
    return target.kind === 'server' && servers.length === 0 ? null : servers;
  }

  /** The ids alone of those that `resolve` answers with: a fleet's worth of them is cheap. */
  async ids(tenantId: string, target: Target): Promise<readonly string[] | null> {
    if (target.kind !== 'fleet') return (await this.resolve(tenantId, target))?.map((one) => one.serverId) ?? null;
    const { rows } = await sql<{ server_id: string }>`
      select server_id from muster.servers_servers
      where tenant_id = ${tenantId} and confirmed and not retired and not quarantined`.execute(this.database.db);
    return rows.map((row) => row.server_id);
  }

  /** Of the whole fleet, by name: those that `resolve` answers with. What servers say lies in large rows, and is read for this alone. */
  async addresses(tenantId: string): Promise<readonly ServerAddresses[]> {
    const { rows } = await sql<{ name: string; dials: string | null; said: string[] | null }>`
      select s.name, host(p.address) as dials, said.addresses as said
      from muster.servers_servers s
      left join muster.servers_presence p using (server_id)
      left join (
        select i.server_id, array_agg(distinct a) as addresses
        from muster.servers_inventory i, jsonb_array_elements(i.facts -> 'interfaces') n,
          jsonb_array_elements_text(n -> 'addresses') a
        group by i.server_id) said using (server_id)
      where s.tenant_id = ${tenantId} and s.confirmed and not s.retired and not s.quarantined
      order by s.name`.execute(this.database.db);
    return rows.map(({ name, dials, said }) => ({
      name,
      addresses: [...new Set([...(dials === null ? [] : [dials]), ...(said ?? [])])],
    }));
  }

  async #list(tenantId: string, condition: ReturnType<typeof sql>): Promise<readonly ListedServer[]> {
    // A block on a group of ten must not cost what the capabilities of ten thousand do.
    const { rows } = await sql<Row>`
      with wanted as (
        select s.server_id, s.name, s.simulated, s.observe_only from muster.servers_servers s
        where s.tenant_id = ${tenantId} and s.confirmed and not s.retired and not s.quarantined and ${condition})
      select s.server_id, s.name, s.simulated, s.observe_only,
        coalesce(c.managed, '{}') as managed, coalesce(p.gateway_id is not null, false) as connected
      from wanted s
      left join muster.servers_presence p using (server_id)
      left join (
        select server_id, array_agg(capability) as managed from muster.servers_capabilities
        where mode = 'managed' and server_id in (select server_id from wanted) group by server_id) c using (server_id)
      order by s.name`.execute(this.database.db);
    return rows.map((row) => ({
      serverId: row.server_id,
      name: row.name,
      simulated: row.simulated,
      observeOnly: row.observe_only,
      managed: row.managed,
      connected: row.connected,
    }));
  }

  /** Servers whose cosignatures may count: confirmed and real. A simulated one witnesses nothing. */
  async witnesses(): Promise<readonly { readonly server: string; readonly publicKey: string }[]> {
    const { rows } = await sql<{ server: string; publicKey: string }>`
      select server_id as server, agent_key as "publicKey" from muster.servers_servers
      where confirmed and not retired and not quarantined and not simulated order by server_id`.execute(
      this.database.db,
    );
    return rows;
  }

  /** Groups that hold a server: a group's blocks are among its desired ones. */
  async groupsOf(serverId: string, trx?: EventStoreTransaction): Promise<readonly string[]> {
    const { rows } = await sql<{ group_id: string }>`
      select group_id from muster.servers_group_members where server_id = ${serverId}`.execute(trx ?? this.database.db);
    return rows.map((row) => row.group_id);
  }

  /** Groups that hold at least one of these servers. */
  async groupsWith(serverIds: readonly string[]): Promise<readonly string[]> {
    const { rows } = await sql<{ group_id: string }>`
      select distinct group_id from muster.servers_group_members where server_id = any(${serverIds}::uuid[])`.execute(
      this.database.db,
    );
    return rows.map((row) => row.group_id);
  }

  /** Servers as other domains' rows name them, whatever state they are in. */
  async refs(
    serverIds: readonly string[],
  ): Promise<ReadonlyMap<string, { readonly name: string; readonly simulated: boolean }>> {
    const { rows } = await sql<{ server_id: string; name: string; simulated: boolean }>`
      select server_id, name, simulated from muster.servers_servers
      where server_id = any(${serverIds}::uuid[])`.execute(this.database.db);
    return new Map(rows.map(({ server_id, name, simulated }) => [server_id, { name, simulated }]));
  }

  /** Names of servers and groups by id, for sentences. */
  async names(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { rows } = await sql<{ id: string; name: string }>`
      select server_id as id, name from muster.servers_servers where server_id = any(${ids}::uuid[])
      union all select group_id, name from muster.servers_groups where group_id = any(${ids}::uuid[])`.execute(
      this.database.db,
    );
    return new Map(rows.map((row) => [row.id, row.name]));
  }
}
