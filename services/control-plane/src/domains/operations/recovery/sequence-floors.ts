// A restored database gives numbers that servers have seen already, and a server refuses what is not above the last. So
// each greeting raises its lanes to what the server has seen, before anything is given a number for it.
import { SequenceFloorRaised } from '@muster/contracts/operations';
import { sha256 } from '@muster/kernel/hashing';
import { derivedId } from '@muster/kernel/ids';
import { utf8 } from '@muster/kernel/bytes';
import { Gathered } from '../../../platform/database/gathered.ts';
import type { QueryPool } from '../../../platform/database/scoped-pool.ts';
import type { Greeting, LinkedServer } from '../../../platform/agent-link/link-registry.ts';
import { eventOf, SOFTWARE } from '../../../platform/cqrs/event-of.ts';
import type { EventStore } from '../../../platform/event-store/index.ts';

type Lane = keyof Greeting['seen'];

export class SequenceFloors {
  readonly #given: Gathered<string, ReadonlyMap<Lane, number>>;

  constructor(
    private readonly pool: QueryPool,
    private readonly store: EventStore,
  ) {
    this.#given = new Gathered((serverIds) => this.#read(serverIds));
  }

  async raise(server: LinkedServer, seen: Greeting['seen']): Promise<void> {
    const given = await this.#given.ask(server.serverId);
    for (const lane of ['guard', 'change', 'job'] as const) {
      const from = given.get(lane) ?? 0;
      const to = seen[lane];
      if (to > from) await raise(this.store, server, { lane, from, to });
    }
  }

  async #read(serverIds: readonly string[]): Promise<(serverId: string) => ReadonlyMap<Lane, number>> {
    const { rows } = await this.pool.query<{ server_id: string; lane: Lane; seq: string | number }>(
      'select server_id, lane, seq from muster.operations_lanes where server_id = any($1)',
      [serverIds],
    );
    const byServer = Map.groupBy(rows, (row) => row.server_id);
    return (serverId) => new Map((byServer.get(serverId) ?? []).map((row) => [row.lane, Number(row.seq)]));
  }
}

async function raise(
  store: EventStore,
  { serverId, tenantId }: LinkedServer,
  floor: { lane: Lane; from: number; to: number },
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
