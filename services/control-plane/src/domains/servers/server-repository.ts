// Loads a server or a group from its stream, when whoever asks may see it: the stream itself is read past row-level
// security.
import { Inject, Injectable } from '@nestjs/common';
import { currentSight, seesFleet } from '../../platform/database/sight.ts';
import { EventStore } from '../../platform/event-store/index.ts';
import { evolveGroup, type GroupState } from './group.aggregate.ts';
import { evolveServer, type ServerState } from './server.aggregate.ts';
import type { ServerDirectory } from './server-directory.ts';
import { groupStream, serverStream } from './server-events.ts';
import { APP_DIRECTORY } from './tokens.ts';

@Injectable()
export class ServerRepository {
  constructor(
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(APP_DIRECTORY) private readonly directory: ServerDirectory,
  ) {}

  async server(serverId: string): Promise<ServerState | null> {
    if (!(await this.#shown(serverId))) return null;
    return evolveServer(await this.store.readStream(serverStream(serverId)));
  }

  /** The version of the stream beside the state: a deleted group has events but no state. */
  async group(groupId: string): Promise<{ state: GroupState | null; version: number }> {
    if (!(await this.#shown(groupId))) return { state: null, version: 0 };
    const events = await this.store.readStream(groupStream(groupId));
    return { state: evolveGroup(events), version: events.at(-1)?.streamVersion ?? 0 };
  }

  async #shown(id: string): Promise<boolean> {
    return seesFleet(currentSight()) || (await this.directory.names([id])).has(id);
  }
}
