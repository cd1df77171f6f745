// What servers' own events say of them, for whoever decides in the last place: a read model may be behind what was
// accepted, in both directions. States are kept, so that only what came since is read.
import type { EventStore, StoredEvent } from '../../platform/event-store/index.ts';
import { evolveServer, type ServerState } from './server.aggregate.ts';
import { serverStream } from './server-events.ts';

export class ServerStandings {
  readonly #known = new Map<string, ServerState>();

  constructor(private readonly store: Pick<EventStore, 'readStreams'>) {}

  /** One statement for all. A server without events is left out. */
  async of(serverIds: Iterable<string>): Promise<ReadonlyMap<string, ServerState>> {
    const wanted = new Set(serverIds);
    const since = await this.store.readStreams(
      new Map([...wanted].map((id) => [serverStream(id), (this.#known.get(id)?.version ?? 0) + 1])),
    );
    const byStream = Map.groupBy(since, (event: StoredEvent) => event.streamId);
    const found = new Map<string, ServerState>();
    for (const id of wanted) {
      const state = evolveServer(byStream.get(serverStream(id)) ?? [], this.#known.get(id) ?? null);
      if (state === null) continue;
      this.#known.set(id, state);
      found.set(id, state);
    }
    return found;
  }
}
