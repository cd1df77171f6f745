// What people and Muster did, as lines of the ban log beside what fail2ban says, so that one search finds both.
import { AddressBlocked, BlockExpired, BlockLifted, TableRepaired } from '@muster/contracts/bans';
import { derivedId } from '@muster/kernel/ids';
import { sql } from 'kysely';
import type { EventStoreTransaction, SequencedEvent } from '../../../../platform/event-store/index.ts';
import type { ReadModelKey, Subscription } from '../../../../platform/projections/index.ts';
import type { BanLogMonths } from '../../ban-log-months.ts';

interface Line {
  readonly what: 'blocked' | 'unblocked' | 'repaired';
  readonly at: Date;
  readonly address: string | null;
  readonly serverId: string | null;
  readonly place: string | null;
  readonly by: { readonly kind: 'person' | 'system'; readonly name: string };
  readonly until: string | null;
  readonly blockId: string | null;
}

export const BAN_LOG: ReadModelKey = { name: 'read-model/bans-log', version: 1 };

export function banLogProjection(months: BanLogMonths): Subscription {
  return {
    ...BAN_LOG,
    types: [AddressBlocked, BlockLifted, BlockExpired, TableRepaired].map(({ type }) => type),
    from: 'beginning',
    async handle(trx, events) {
      await months.ensure(events.map((event) => event.recordedAt));
      for (const event of events) await insert(trx, event, await lineOf(trx, event));
    },
  };
}

async function lineOf(trx: EventStoreTransaction, event: SequencedEvent): Promise<Line> {
  const { actor, actorKind } = event.meta;
  const by = { kind: actorKind === 'person' ? 'person' : 'system', name: actor } as const;
  switch (event.type) {
    case AddressBlocked.type: {
      const { blockId, range, target, until } = AddressBlocked.schema.parse(event.data);
      const serverId = target.kind === 'server' ? target.serverId : null;
      const place = target.kind === 'group' ? `group ${target.groupId}` : target.kind;
      return { what: 'blocked', at: event.recordedAt, address: range, serverId, place, by, until, blockId };
    }
    case BlockLifted.type:
    case BlockExpired.type: {
      const lifted = event.type === BlockLifted.type;
      const { blockId, range } = (lifted ? BlockLifted : BlockExpired).schema.parse(event.data);
      const { serverId, place } = await whereBlocked(trx, blockId);
      const at = event.recordedAt;
      return { what: 'unblocked', at, address: range, serverId, place, by, until: null, blockId };
    }
    case TableRepaired.type: {
      const { serverId, by: repairer } = TableRepaired.schema.parse(event.data);
      const who = { kind: 'system', name: repairer } as const;
      const nothing = { address: null, place: null, until: null, blockId: null };
      return { what: 'repaired', at: event.recordedAt, serverId, by: who, ...nothing };
    }
  }
  throw new Error(`${event.type} makes no line of the ban log`);
}

/** The block's own line says where; it was written before, by this same projection. */
async function whereBlocked(trx: EventStoreTransaction, blockId: string) {
  const { rows } = await sql<{ server_id: string | null; place: string | null }>`
    select server_id, place from muster.bans_ban_log
    where source = 'muster' and what = 'blocked' and block_id = ${blockId} limit 1`.execute(trx);
  return { serverId: rows[0]?.server_id ?? null, place: rows[0]?.place ?? null };
}

async function insert(trx: EventStoreTransaction, event: SequencedEvent, line: Line): Promise<void> {
  await sql`
    insert into muster.bans_ban_log (at, line_id, tenant_id, server_id, place, what, address, by_kind, by_name, until,
      source, block_id)
    values (${line.at}, ${derivedId('bans.log-line', event.eventId)}, ${event.tenantId}, ${line.serverId}, ${line.place}, ${line.what},
      ${line.address}::inet, ${line.by.kind}, ${line.by.name}, ${line.until}, 'muster', ${line.blockId})
    on conflict do nothing`.execute(trx);
}
