// Read model of clients and sites: what they are now, and whose each site was and when.
import {
  AddressProtectedForClient,
  BlockedForClient,
  BlockLiftedForClient,
  ProtectionEndedForClient,
} from '@muster/contracts/bans';
import {
  ClientArchived,
  ClientChanged,
  ClientCreated,
  DEFAULT_LIMITS,
  PersonReferenced,
  RulesSet,
  ServerGiven,
  ServerTaken,
  SiteAdded,
  SiteGiven,
  SiteReferenced,
  SiteRemoved,
  SiteTaken,
  UnblockLimitsSet,
} from '@muster/contracts/clients';
import { events } from '@muster/contracts';
import { sql } from 'kysely';
import type { EventStoreTransaction, SequencedEvent } from '../../../platform/event-store/index.ts';
import type { ReadModelKey, Subscription } from '../../../platform/projections/index.ts';
import type { LiveHints } from '../../../platform/realtime/live-hints.ts';

/** What is done to its own, and what the operations team does elsewhere on its behalf. */
const types = [
  ...events.filter(({ type }) => type.startsWith('clients.')),
  BlockedForClient,
  BlockLiftedForClient,
  AddressProtectedForClient,
  ProtectionEndedForClient,
].map(({ type }) => type);

export const CLIENTS: ReadModelKey = { name: 'read-model/clients', version: 1 };

export class ClientsProjection implements Subscription {
  readonly name = CLIENTS.name;
  readonly version = CLIENTS.version;
  readonly types = types;
  readonly from = 'beginning';

  constructor(private readonly live: LiveHints) {}

  async handle(trx: EventStoreTransaction, batch: readonly SequencedEvent[]): Promise<void> {
    for (const event of batch) await project(trx, event);
  }

  /** A client’s page hears of what is the client’s, and of nothing else. */
  afterCommit(batch: readonly SequencedEvent[]): Promise<void> {
    const position = batch.at(-1)?.position ?? null;
    const ids = (field: string) => batch.flatMap(({ data }) => (typeof data[field] === 'string' ? [data[field]] : []));
    const clients = [...new Set(ids('clientId'))];
    this.live.changed('clients', position, [...ids('serverId'), ...clients.map((clientId) => `client:${clientId}`)]);
    for (const clientId of clients) this.live.changed(`client:${clientId}`, position, [`client:${clientId}`]);
    return Promise.resolve();
  }
}

async function project(
  trx: EventStoreTransaction,
  { type, data, recordedAt: at, tenantId, meta }: SequencedEvent,
): Promise<void> {
  switch (type) {
    case ClientCreated.type: {
      const { clientId, name, externalRef } = ClientCreated.schema.parse(data);
      await sql`
        insert into muster.clients_clients (client_id, tenant_id, name, external_ref, limits, created_at)
        values (${clientId}, ${tenantId}, ${name}, ${externalRef}, ${JSON.stringify(DEFAULT_LIMITS)}::jsonb, ${at})`.execute(
        trx,
      );
      return;
    }
    case ClientChanged.type: {
      const { clientId, name, externalRef } = ClientChanged.schema.parse(data);
      await sql`
        update muster.clients_clients set name = ${name}, external_ref = ${externalRef}
        where client_id = ${clientId}`.execute(trx);
      return;
    }
    case ClientArchived.type: {
      const { clientId } = ClientArchived.schema.parse(data);
      await sql`
        update muster.clients_clients set archived_at = ${at}, external_ref = null where client_id = ${clientId}`.execute(
        trx,
      );
      return;
    }
    case UnblockLimitsSet.type: {
      const { clientId, limits } = UnblockLimitsSet.schema.parse(data);
      await sql`
        update muster.clients_clients set limits = ${JSON.stringify(limits)}::jsonb where client_id = ${clientId}`.execute(
        trx,
      );
      return;
    }
    case PersonReferenced.type: {
      const { clientId, personId, externalRef, role } = PersonReferenced.schema.parse(data);
      await sql`
        insert into muster.clients_people (tenant_id, external_ref, client_id, person_id, role)
        values (${tenantId}, ${externalRef}, ${clientId}, ${personId}, ${role})
        on conflict (tenant_id, external_ref) do update set client_id = excluded.client_id,
          person_id = excluded.person_id, role = excluded.role`.execute(trx);
      return;
    }
    case ServerGiven.type: {
      const { clientId, serverId } = ServerGiven.schema.parse(data);
      await sql`
        insert into muster.clients_servers (server_id, tenant_id, client_id, since)
        values (${serverId}, ${tenantId}, ${clientId}, ${at})`.execute(trx);
      return;
    }
    case ServerTaken.type: {
      const { serverId } = ServerTaken.schema.parse(data);
      await sql`delete from muster.clients_servers where server_id = ${serverId}`.execute(trx);
      return;
    }
    case SiteAdded.type: {
      const { siteId, name, serverId, externalRef, how } = SiteAdded.schema.parse(data);
      await sql`
        insert into muster.clients_sites (site_id, tenant_id, name, server_id, external_ref, how, added_at)
        values (${siteId}, ${tenantId}, ${name}, ${serverId}, ${externalRef}, ${how}, ${at})
        on conflict (site_id) do update set external_ref = excluded.external_ref, how = excluded.how,
          added_at = excluded.added_at, removed_at = null, client_id = null, assigned_by = null`.execute(trx);
      return;
    }
    case SiteGiven.type: {
      const { siteId, clientId, serverId, by } = SiteGiven.schema.parse(data);
      await sql`
        update muster.clients_sites set client_id = ${clientId}, assigned_by = ${by} where site_id = ${siteId}`.execute(
        trx,
      );
      await sql`
        insert into muster.clients_site_spans (site_id, server_id, client_id, since)
        select ${siteId}::uuid, ${serverId}::uuid, ${clientId}::uuid, ${at}
        where not exists (select 1 from muster.clients_site_spans
          where site_id = ${siteId} and client_id = ${clientId} and until is null)`.execute(trx);
      return;
    }
    case SiteTaken.type: {
      const { siteId, by } = SiteTaken.schema.parse(data);
      await sql`
        update muster.clients_sites set client_id = null, assigned_by = ${by} where site_id = ${siteId}`.execute(trx);
      await sql`
        update muster.clients_site_spans set until = ${at} where site_id = ${siteId} and until is null`.execute(trx);
      return;
    }
    case SiteReferenced.type: {
      const { siteId, externalRef } = SiteReferenced.schema.parse(data);
      await sql`update muster.clients_sites set external_ref = ${externalRef} where site_id = ${siteId}`.execute(trx);
      return;
    }
    case SiteRemoved.type: {
      const { siteId } = SiteRemoved.schema.parse(data);
      await sql`
        update muster.clients_sites set removed_at = ${at}, external_ref = null where site_id = ${siteId}`.execute(trx);
      return;
    }
    case RulesSet.type: {
      const { rules } = RulesSet.schema.parse(data);
      await sql`
        insert into muster.clients_rules (tenant_id, rules, set_at, set_by)
        values (${tenantId}, ${JSON.stringify(rules)}::jsonb, ${at}, ${meta.actor})
        on conflict (tenant_id) do update set rules = excluded.rules, set_at = excluded.set_at,
          set_by = excluded.set_by`.execute(trx);
      return;
    }
    default:
      // What servers report is in the tables that the gateway writes; what was blocked or unblocked, in its operation.
      return;
  }
}
