// bans_blocks and bans_protections: what people blocked and what is never blocked, ended entries kept for the record.
// Taken from the events of blocks and protections; asked by ListBlocks, ListProtections and every decision on a block.
import { AddressBlocked, AddressProtected, BlockExpired, BlockLifted, ProtectionEnded } from '@muster/contracts/bans';
import { sql } from 'kysely';
import type { EventStoreTransaction, SequencedEvent } from '../../../../platform/event-store/index.ts';
import type { ReadModelKey, Subscription } from '../../../../platform/projections/index.ts';

export const BLOCKS: ReadModelKey = { name: 'read-model/bans-blocks', version: 1 };

export const blocksProjection: Subscription = {
  ...BLOCKS,
  types: [AddressBlocked, BlockLifted, BlockExpired, AddressProtected, ProtectionEnded].map(({ type }) => type),
  from: 'beginning',
  async handle(trx, events) {
    for (const event of events) await project(trx, event);
  },
};

async function project(trx: EventStoreTransaction, event: SequencedEvent): Promise<void> {
  switch (event.type) {
    case AddressBlocked.type:
      return blocked(trx, event);
    case BlockLifted.type:
      return ended(trx, BlockLifted.schema.parse(event.data).blockId, event.recordedAt, 'lifted');
    case BlockExpired.type:
      return ended(trx, BlockExpired.schema.parse(event.data).blockId, event.recordedAt, 'expired');
    case AddressProtected.type:
      return isProtected(trx, event);
    case ProtectionEnded.type: {
      const { entryId } = ProtectionEnded.schema.parse(event.data);
      await sql`update muster.bans_protections set ended_at = ${event.recordedAt}
        where entry_id = ${entryId}`.execute(trx);
    }
  }
}

async function blocked(trx: EventStoreTransaction, event: SequencedEvent): Promise<void> {
  const { blockId, range, target, until, reason, operationId } = AddressBlocked.schema.parse(event.data);
  const { actor, actorKind } = event.meta;
  await sql`
    insert into muster.bans_blocks (block_id, tenant_id, stream_id, range, target, until, reason, blocked_by,
      blocked_by_kind, blocked_at, operation_id)
    values (${blockId}, ${event.tenantId}, ${event.streamId}, ${range}::inet, ${JSON.stringify(target)}::jsonb,
      ${until}, ${reason}, ${actor}, ${actorKind}, ${event.recordedAt}, ${operationId})
    on conflict (block_id) do nothing`.execute(trx);
}

async function ended(trx: EventStoreTransaction, blockId: string, at: Date, why: string): Promise<void> {
  await sql`update muster.bans_blocks set ended_at = ${at}, ended_why = ${why} where block_id = ${blockId}`.execute(
    trx,
  );
}

async function isProtected(trx: EventStoreTransaction, event: SequencedEvent): Promise<void> {
  const { entryId, range, label, origin, kind, owner, reason, until } = AddressProtected.schema.parse(event.data);
  // A system entry comes back under the same id.
  await sql`
    insert into muster.bans_protections (entry_id, tenant_id, range, label, origin, kind, owner, reason, until, since)
    values (${entryId}, ${event.tenantId}, ${range}::inet, ${label}, ${origin}, ${kind}, ${owner}, ${reason}, ${until},
      ${event.recordedAt})
    on conflict (entry_id) do update set label = excluded.label, since = excluded.since, ended_at = null`.execute(trx);
}
