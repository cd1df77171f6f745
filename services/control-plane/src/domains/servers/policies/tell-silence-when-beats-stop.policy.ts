// Absence is judged here, not by the one that is absent: a server without a beat becomes silent, once, as an event.
import { ServerWentSilent } from '@muster/contracts/servers';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { sql } from 'kysely';
import { WORKER_STORE } from '../../../platform/composition/tokens.ts';
import { SETTINGS, type Settings } from '../../../platform/config/settings.ts';
import { eventOf } from '../../../platform/cqrs/recorder.ts';
import { WORKER_DATABASE, type Connection } from '../../../platform/database/database.ts';
import type { EventStore, HintBus } from '../../../platform/event-store/index.ts';
import { HINTS } from '../../../platform/hints/hints.ts';
import { LiveHints } from '../../../platform/realtime/live-hints.ts';
import { recordFact, serverStream } from '../server-events.ts';

/** A gateway that stopped beating is dead: its connections are nobody's. */
const GATEWAY_DEAD_SECONDS = 10;

@Injectable()
export class TellSilenceWhenBeatsStop implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #log = new Logger('Silence');
  #timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(WORKER_DATABASE) private readonly database: Connection,
    @Inject(WORKER_STORE) private readonly store: EventStore,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(HINTS) private readonly hints: HintBus,
  ) {}

  onApplicationBootstrap(): void {
    const every = Math.min(5000, this.settings.MUSTER_SILENT_AFTER_SECONDS * 250);
    this.#timer = setInterval(() => {
      this.look().catch((error: unknown) => this.#log.error(`silence could not be judged: ${String(error)}`));
    }, every);
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  async look(): Promise<void> {
    const { db } = this.database;
    await sql`
      update muster.servers_presence p set gateway_id = null, session_id = null
      where gateway_id is not null and not exists (
        select 1 from muster.servers_gateways g
        where g.gateway_id = p.gateway_id and g.beat_at > now() - make_interval(secs => ${GATEWAY_DEAD_SECONDS}))`.execute(
      db,
    );
    await sql`
      delete from muster.servers_gateways where beat_at < now() - make_interval(secs => ${GATEWAY_DEAD_SECONDS * 6})`.execute(
      db,
    );
    const { rows } = await sql<{ server_id: string; tenant_id: string; heard_at: Date }>`
      update muster.servers_presence p set silent = true, silent_since = now()
      from muster.servers_servers s
      where s.server_id = p.server_id and not s.retired and not p.silent
        and p.heard_at < now() - make_interval(secs => ${this.settings.MUSTER_SILENT_AFTER_SECONDS})
      returning p.server_id, s.tenant_id, p.heard_at`.execute(db);
    for (const row of rows) {
      await recordFact(this.store, {
        streamId: serverStream(row.server_id),
        streamType: 'server',
        actor: 'presence',
        actorKind: 'policy',
        tenantId: row.tenant_id,
        event: eventOf(ServerWentSilent, { serverId: row.server_id, lastHeardAt: row.heard_at.toISOString() }),
      });
    }
    const silent = rows.map((row) => row.server_id);
    if (silent.length > 0) new LiveHints(this.hints).changed('fleet', null, silent);
  }
}
