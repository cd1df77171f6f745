// A restored database gives numbers that servers have seen already, and a server refuses what is not above the last. So
// each greeting raises its lanes to what the server has seen, before anything is given a number for it.
import { SequenceFloorRaised } from '@muster/contracts/operations';
import { sha256 } from '@muster/kernel/hashing';
import { derivedId } from '@muster/kernel/ids';
import { utf8 } from '@muster/kernel/bytes';
import type { QueryPool } from '../../../platform/database/scoped-pool.ts';
import type { Greeting, LinkedServer } from '../../../platform/agent-link/link-registry.ts';
import { eventOf, SOFTWARE } from '../../../platform/cqrs/event-of.ts';
import type { EventStore } from '../../../platform/event-store/index.ts';

export async function raiseFloors(
  pool: QueryPool,
  store: EventStore,
  server: LinkedServer,
  seen: Greeting['seen'],
): Promise<void> {
  const { rows } = await pool.query<{ lane: keyof Greeting['seen']; seq: string | number }>(
    'select lane, seq from muster.operations_lanes where server_id = $1',
    [server.serverId],
  );
  const given = new Map(rows.map((row) => [row.lane, Number(row.seq)]));
  for (const lane of ['guard', 'change', 'job'] as const) {
    const from = given.get(lane) ?? 0;
    const to = seen[lane];
    if (to > from) await raise(store, server, { lane, from, to });
  }
}

async function raise(
  store: EventStore,
  { serverId, tenantId }: LinkedServer,
  floor: { lane: keyof Greeting['seen']; from: number; to: number },
): Promise<void> {
  const name = ['sequence-floor', serverId, floor.lane, String(floor.from), String(floor.to)];
  const actor = `server:${serverId}`;
  await store.append({
    commandId: derivedId(...name),
    actor,
    requestHash: sha256(utf8(name.join(' '))),
    tenantId,
    streamId: `lanes-${serverId}`,
    streamType: 'lanes',
    expectedVersion: 'any',
    events: [eventOf(SequenceFloorRaised, { serverId, ...floor })],
    meta: { v: 1, actor, actorKind: 'agent', software: SOFTWARE, correlation: serverId, tenant: tenantId },
  });
}
