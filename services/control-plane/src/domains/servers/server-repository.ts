// Loads a server or a group from its stream.
import { Inject, Injectable } from '@nestjs/common';
import { EventStore } from '../../platform/event-store/index.ts';
import { evolveGroup, type GroupState } from './group.aggregate.ts';
import { evolveServer, type ServerState } from './server.aggregate.ts';
import { groupStream, serverStream } from './server-events.ts';

@Injectable()
export class ServerRepository {
  constructor(@Inject(EventStore) private readonly store: EventStore) {}

  async server(serverId: string): Promise<ServerState | null> {
    return evolveServer(await this.store.readStream(serverStream(serverId)));
  }

  /** The version of the stream beside the state: a deleted group has events but no state. */
  async group(groupId: string): Promise<{ state: GroupState | null; version: number }> {
    const events = await this.store.readStream(groupStream(groupId));
    return { state: evolveGroup(events), version: events.at(-1)?.streamVersion ?? 0 };
  }
}
