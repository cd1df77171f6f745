// Tells a client’s page that bans hit its sites. Only of jails that guard them alone: that something happened on a shared
// server is already a fact about a neighbour.
import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { sql } from 'kysely';
import { WORKER_DATABASE, type Connection } from '../../platform/database/database.ts';
import type { HintBus } from '../../platform/event-store/index.ts';
import { HINTS } from '../../platform/hints/hints.ts';
import { LiveHints } from '../../platform/realtime/live-hints.ts';
import { JAILS_SPOKE, type JailsSpoke } from '../bans/index.ts';

@Injectable()
export class LivePages implements OnModuleInit, OnApplicationShutdown {
  readonly #log = new Logger('LivePages');
  readonly #live: LiveHints;
  #leave: () => void = () => undefined;

  constructor(
    @Inject(WORKER_DATABASE) private readonly database: Connection,
    @Inject(HINTS) private readonly hints: HintBus,
  ) {
    this.#live = new LiveHints(hints);
  }

  onModuleInit(): void {
    this.#leave = this.hints.subscribe(JAILS_SPOKE, (said) => {
      this.#tell(said as JailsSpoke).catch((error: unknown) =>
        this.#log.warn(`a client was not told: ${String(error)}`),
      );
    });
  }

  onApplicationShutdown(): void {
    this.#leave();
  }

  async #tell({ serverId, jails }: JailsSpoke): Promise<void> {
    const { rows } = await sql<{ client_id: string }>`
      select client_id from muster.jails_in(array(
          select distinct 'client:' || client_id from muster.clients_sites
          where server_id = ${serverId} and client_id is not null and removed_at is null)) guarded
      where guarded.server_id = ${serverId} and guarded.jail = any(${[...jails]}::text[])
      union select client_id from muster.clients_servers where server_id = ${serverId}`.execute(this.database.db);
    for (const { client_id: id } of rows) this.#live.changed(`client:${id}`, null, [`client:${id}`]);
  }
}
