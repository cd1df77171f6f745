// Takes what servers say about themselves: facts, what they cannot do, what they had to drop.
import type { BatchBody } from '@muster/contracts/agent';
import { uninstallReport } from '@muster/contracts/agent';
import { AgentUninstalled, FactsChanged, TelemetryLost, type Inventory } from '@muster/contracts/servers';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { sha256Hex } from '@muster/kernel/hashing';
import { derivedId } from '@muster/kernel/ids';
import { verifyFor } from '@muster/kernel/signing';
import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { sql } from 'kysely';
import { LinkRegistry, type LinkedServer } from '../../../platform/agent-link/link-registry.ts';
import { GATEWAY_STORE } from '../../../platform/composition/tokens.ts';
import { eventOf } from '../../../platform/cqrs/recorder.ts';
import { GATEWAY_DATABASE, type Connection } from '../../../platform/database/database.ts';
import type { EventStore, HintBus, NewEvent } from '../../../platform/event-store/index.ts';
import { HINTS } from '../../../platform/hints/hints.ts';
import { LiveHints } from '../../../platform/realtime/live-hints.ts';
import { recordFact, serverStream } from '../server-events.ts';
import { changedFacts, steadyFacts } from './steady-facts.ts';

type Items<K extends BatchBody['kind']> = Extract<BatchBody, { kind: K }>['items'];

@Injectable()
export class ServerTelemetry implements OnModuleInit {
  readonly #log = new Logger('Telemetry');
  readonly #live: LiveHints;

  constructor(
    @Inject(GATEWAY_DATABASE) private readonly database: Connection,
    @Inject(GATEWAY_STORE) private readonly store: EventStore,
    @Inject(LinkRegistry) private readonly registry: LinkRegistry,
    @Inject(HINTS) hints: HintBus,
  ) {
    this.#live = new LiveHints(hints);
  }

  onModuleInit(): void {
    this.registry.onFrame('batch', (server, { seq, body }) => this.#once(server, seq, body));
    this.registry.onBatch('inventory', (server, items, seq) => this.#inventory(server, items, seq));
    this.registry.onBatch('capabilities', (server, items) => this.#barred(server, items));
    this.registry.onBatch('gap', (server, items, seq) => this.#gaps(server, items, seq));
    this.registry.onBatch('uninstalled', (server, items, seq) => this.#uninstalled(server, items, seq));
  }

  /** A batch that was stored before is acknowledged again and dropped. */
  async #once(server: LinkedServer, seq: number, body: BatchBody): Promise<void> {
    const { rows } = await sql<{ seq: number }>`
      select seq from muster.servers_batches where server_id = ${server.serverId}`.execute(this.database.db);
    if (rows[0] && seq <= rows[0].seq) return;
    await this.registry.batch(server, body, seq);
    await sql`
      insert into muster.servers_batches (server_id, seq) values (${server.serverId}, ${seq})
      on conflict (server_id) do update set seq = greatest(servers_batches.seq, excluded.seq)`.execute(
      this.database.db,
    );
  }

  async #inventory(server: LinkedServer, items: Items<'inventory'>, seq: number): Promise<void> {
    const [facts] = items;
    if (!facts) return;
    const steady = steadyFacts(facts);
    const hash = sha256Hex(canonicalBytes(steady));
    const { rows } = await sql<{ facts: Inventory; sha256: string }>`
      select facts, sha256 from muster.servers_inventory where server_id = ${server.serverId}`.execute(
      this.database.db,
    );
    const before = rows[0];
    await sql`
      insert into muster.servers_inventory (server_id, at, facts, sha256)
      values (${server.serverId}, ${facts.at}, ${JSON.stringify(facts)}::jsonb, ${hash})
      on conflict (server_id) do update set at = excluded.at, facts = excluded.facts, sha256 = excluded.sha256`.execute(
      this.database.db,
    );
    if (before?.sha256 !== hash) {
      const changed = before ? changedFacts(steadyFacts(before.facts), steady) : Object.keys(steady);
      await this.#fact(server, seq, eventOf(FactsChanged, { serverId: server.serverId, sha256: hash, changed }));
    }
    this.#live.changed(`server:${server.serverId}`, null, [server.serverId]);
  }

  async #barred(server: LinkedServer, items: Items<'capabilities'>): Promise<void> {
    const barred = items.filter((item) => item.barred !== null);
    await sql`delete from muster.servers_barred where server_id = ${server.serverId}`.execute(this.database.db);
    for (const { capability, barred: why } of barred) {
      await sql`
        insert into muster.servers_barred (server_id, capability, why)
        values (${server.serverId}, ${capability}, ${why}) on conflict do nothing`.execute(this.database.db);
    }
    this.#live.changed(`server:${server.serverId}`, null, [server.serverId]);
  }

  async #gaps(server: LinkedServer, items: Items<'gap'>, seq: number): Promise<void> {
    for (const [index, { of, dropped }] of items.entries()) {
      const event = eventOf(TelemetryLost, { serverId: server.serverId, kind: of, dropped });
      await this.#fact(server, seq, event, String(index));
    }
  }

  async #uninstalled(server: LinkedServer, items: Items<'uninstalled'>, seq: number): Promise<void> {
    const [report] = items;
    const key = server.hostKey ?? server.agentKey;
    if (!report) return;
    const bytes = Buffer.from(report.body, 'base64');
    if (!verifyFor('muster/report/v1', key, bytes, report.signature)) {
      this.#log.warn(`an uninstall report of ${server.serverId} is not signed by its host key`);
      return;
    }
    const { restored, left } = uninstallReport.parse(JSON.parse(bytes.toString('utf8')));
    await this.#fact(server, seq, eventOf(AgentUninstalled, { serverId: server.serverId, restored, left }));
  }

  async #fact(server: LinkedServer, seq: number, event: NewEvent, part = ''): Promise<void> {
    await recordFact(this.store, {
      streamId: serverStream(server.serverId),
      streamType: 'server',
      actor: `server:${server.serverId}`,
      actorKind: 'agent',
      tenantId: server.tenantId,
      commandId: derivedId('batch', server.serverId, String(seq), event.type, part),
      event,
    });
  }
}
