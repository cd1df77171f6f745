// Read model of servers, groups and enrolments. Small and relational: one subscription, plain upserts.
import { events } from '@muster/contracts';
import {
  CapabilitySet,
  EnrolmentCancelled,
  EnrolmentOpened,
  FingerprintConfirmed,
  FormerKeyRefused,
  GroupCreated,
  GroupDeleted,
  GroupMembersSet,
  GroupRenamed,
  IdentityConflictFound,
  KeyRotated,
  KeyRotationAsked,
  ServerAnswered,
  ServerEnrolled,
  ServerRenamed,
  ServerRetired,
  ServerTagged,
} from '@muster/contracts/servers';
import { sql } from 'kysely';
import type { EventStoreTransaction, SequencedEvent } from '../../../platform/event-store/index.ts';
import type { ReadModelKey, Subscription } from '../../../platform/projections/index.ts';
import type { LiveHints } from '../../../platform/realtime/live-hints.ts';
import type { ServersTables } from '../tables.ts';

const types = events
  .filter((definition) => definition.type.startsWith('servers.'))
  .map((definition) => definition.type);

export const SERVERS: ReadModelKey = { name: 'read-model/servers', version: 1 };

export class ServersProjection implements Subscription {
  readonly name = SERVERS.name;
  readonly version = SERVERS.version;
  readonly types = types;
  readonly from = 'beginning';

  constructor(private readonly live: LiveHints) {}

  async handle(trx: EventStoreTransaction, batch: readonly SequencedEvent[]): Promise<void> {
    for (const event of batch) await project(trx, event);
  }

  afterCommit(batch: readonly SequencedEvent[]): Promise<void> {
    const position = batch.at(-1)?.position ?? null;
    const servers = batch.flatMap(serversOf);
    this.live.changed('servers', position, servers);
    this.live.changed('fleet', position, servers);
    for (const serverId of new Set(servers)) this.live.changed(`server:${serverId}`, position, [serverId]);
    for (const { data } of batch) {
      if (typeof data['enrolmentId'] === 'string') this.live.changed(`enrolment:${data['enrolmentId']}`, position);
    }
    return Promise.resolve();
  }
}

/** Whom an event concerns: its server, or those that came into a group or left it. */
function serversOf({ type, data }: SequencedEvent): string[] {
  if (type === GroupMembersSet.type) {
    const { added, removed } = GroupMembersSet.schema.parse(data);
    return [...added, ...removed];
  }
  return typeof data['serverId'] === 'string' ? [data['serverId']] : [];
}

async function project(trx: EventStoreTransaction, event: SequencedEvent): Promise<void> {
  const db = trx.withTables<ServersTables>();
  const at = event.recordedAt;
  switch (event.type) {
    case EnrolmentOpened.type: {
      const data = EnrolmentOpened.schema.parse(event.data);
      const row = {
        tenant_id: event.tenantId,
        name: data.name,
        group_ids: data.groupIds,
        simulated: data.simulated,
        issued_at: at,
        expires_at: new Date(data.expiresAt),
      };
      await db
        .insertInto('muster.servers_enrolments')
        .values({ enrolment_id: data.enrolmentId, ...row })
        .onConflict((conflict) => conflict.column('enrolment_id').doUpdateSet(row))
        .execute();
      return;
    }
    case EnrolmentCancelled.type: {
      const { enrolmentId } = EnrolmentCancelled.schema.parse(event.data);
      await db
        .updateTable('muster.servers_enrolments')
        .set({ cancelled_at: at })
        .where('enrolment_id', '=', enrolmentId)
        .execute();
      return;
    }
    case ServerEnrolled.type: {
      const data = ServerEnrolled.schema.parse(event.data);
      await db
        .insertInto('muster.servers_servers')
        .values({
          server_id: data.serverId,
          tenant_id: event.tenantId,
          name: data.name,
          hostname: data.hostname,
          enrolment_id: data.enrolmentId,
          agent_key: data.agentKey,
          host_key: data.hostKey,
          sealing_key: data.sealingKey,
          fingerprint: data.fingerprint,
          machine_hash: data.machineHash,
          agent_version: data.agentVersion,
          offers: data.offers,
          observe_only: data.observeOnly,
          simulated: data.simulated,
          enrolled_at: at,
        })
        .execute();
      await db
        .updateTable('muster.servers_enrolments')
        .set({ server_id: data.serverId, enrolled_at: at })
        .where('enrolment_id', '=', data.enrolmentId)
        .execute();
      if (data.offers.length === 0) return;
      await db
        .insertInto('muster.servers_capabilities')
        .values(data.offers.map((capability) => ({ server_id: data.serverId, capability, mode: 'observe' as const })))
        .execute();
      return;
    }
    case FingerprintConfirmed.type: {
      const { serverId } = FingerprintConfirmed.schema.parse(event.data);
      await db
        .updateTable('muster.servers_servers')
        .set({ confirmed: true, quarantined: false })
        .where('server_id', '=', serverId)
        .execute();
      await db
        .updateTable('muster.servers_enrolments')
        .set({ confirmed_at: at })
        .where('server_id', '=', serverId)
        .execute();
      return;
    }
    case CapabilitySet.type: {
      const { serverId, capability, mode } = CapabilitySet.schema.parse(event.data);
      await db
        .insertInto('muster.servers_capabilities')
        .values({ server_id: serverId, capability, mode })
        .onConflict((conflict) => conflict.columns(['server_id', 'capability']).doUpdateSet({ mode }))
        .execute();
      return;
    }
    case ServerRenamed.type: {
      const { serverId, name } = ServerRenamed.schema.parse(event.data);
      await db.updateTable('muster.servers_servers').set({ name }).where('server_id', '=', serverId).execute();
      return;
    }
    case ServerTagged.type: {
      const { serverId, tags } = ServerTagged.schema.parse(event.data);
      await db.updateTable('muster.servers_servers').set({ tags }).where('server_id', '=', serverId).execute();
      return;
    }
    case ServerRetired.type: {
      const { serverId } = ServerRetired.schema.parse(event.data);
      await db.updateTable('muster.servers_servers').set({ retired: true }).where('server_id', '=', serverId).execute();
      await db.deleteFrom('muster.servers_group_members').where('server_id', '=', serverId).execute();
      return;
    }
    case IdentityConflictFound.type: {
      const { serverId } = IdentityConflictFound.schema.parse(event.data);
      await db
        .updateTable('muster.servers_servers')
        .set({ quarantined: true })
        .where('server_id', '=', serverId)
        .execute();
      return;
    }
    case KeyRotationAsked.type: {
      const { serverId, rotationId } = KeyRotationAsked.schema.parse(event.data);
      await db
        .updateTable('muster.servers_servers')
        .set({ rotation_id: rotationId, rotation_asked_at: at })
        .where('server_id', '=', serverId)
        .execute();
      return;
    }
    case KeyRotated.type: {
      const { serverId, succession, fingerprint } = KeyRotated.schema.parse(event.data);
      const { oldKey, newKey } = succession.statement;
      await db
        .updateTable('muster.servers_servers')
        .set({
          agent_key: newKey,
          former_keys: sql`array_append(former_keys, ${oldKey})`,
          fingerprint,
          key_since: at,
          rotation_id: null,
          rotation_asked_at: null,
        })
        .where('server_id', '=', serverId)
        .where('agent_key', '=', oldKey)
        .execute();
      return;
    }
    case FormerKeyRefused.type: {
      const { serverId, source } = FormerKeyRefused.schema.parse(event.data);
      await db
        .updateTable('muster.servers_servers')
        .set({ misused_at: at, misused_from: source })
        .where('server_id', '=', serverId)
        .execute();
      return;
    }
    case ServerAnswered.type: {
      const { serverId, agentVersion } = ServerAnswered.schema.parse(event.data);
      await db
        .updateTable('muster.servers_servers')
        .set({ agent_version: agentVersion })
        .where('server_id', '=', serverId)
        .execute();
      await db
        .updateTable('muster.servers_enrolments')
        .set({ connected_at: at })
        .where('server_id', '=', serverId)
        .where('connected_at', 'is', null)
        .execute();
      return;
    }
    case GroupCreated.type: {
      const { groupId, name } = GroupCreated.schema.parse(event.data);
      await db
        .insertInto('muster.servers_groups')
        .values({ group_id: groupId, tenant_id: event.tenantId, name })
        .execute();
      return;
    }
    case GroupRenamed.type: {
      const { groupId, name } = GroupRenamed.schema.parse(event.data);
      await db.updateTable('muster.servers_groups').set({ name }).where('group_id', '=', groupId).execute();
      return;
    }
    case GroupDeleted.type: {
      const { groupId } = GroupDeleted.schema.parse(event.data);
      await db.deleteFrom('muster.servers_groups').where('group_id', '=', groupId).execute();
      return;
    }
    case GroupMembersSet.type: {
      const { groupId, added, removed } = GroupMembersSet.schema.parse(event.data);
      await sql`
        delete from muster.servers_group_members
        where group_id = ${groupId} and server_id = any(${removed}::uuid[])`.execute(trx);
      await sql`
        insert into muster.servers_group_members (group_id, server_id)
        select g.group_id, s.server_id
        from muster.servers_groups g, muster.servers_servers s
        where g.group_id = ${groupId} and s.server_id = any(${added}::uuid[])
        on conflict do nothing`.execute(trx);
      return;
    }
    default:
      // Silence, facts and lost telemetry are read from the tables that the gateway writes.
      return;
  }
}
