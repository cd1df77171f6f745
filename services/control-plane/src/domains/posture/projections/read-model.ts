// The frame of posture's read models that follow their events one by one, and then tell open pages.
import type { EventDefinition } from '@muster/contracts';
import type { EventStoreTransaction, SequencedEvent } from '../../../platform/event-store/index.ts';
import type { Subscription } from '../../../platform/projections/index.ts';
import type { LiveHints } from '../../../platform/realtime/live-hints.ts';

export interface ReadModel extends Pick<Subscription, 'name' | 'version'> {
  readonly of: readonly EventDefinition[];
  project(trx: EventStoreTransaction, event: SequencedEvent): Promise<void>;
  /** Who is told: everybody, or whoever sees a server that one of the events names. */
  readonly tells: 'everybody' | 'servers';
}

export function readModel(live: LiveHints, { name, version, of, project, tells }: ReadModel): Subscription {
  return {
    name,
    version,
    types: of.map(({ type }) => type),
    from: 'beginning',
    async handle(trx, events) {
      for (const event of events) await project(trx, event);
    },
    afterCommit(events) {
      const about = tells === 'everybody' ? tells : serversOf(events);
      live.changed('posture', events.at(-1)?.position ?? null, about);
      return Promise.resolve();
    },
  };
}

function serversOf(events: readonly SequencedEvent[]): string[] {
  return [...new Set(events.flatMap(({ data }) => (typeof data['serverId'] === 'string' ? data['serverId'] : [])))];
}
