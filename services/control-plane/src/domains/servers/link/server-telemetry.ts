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
import { Gathered } from '../../../platform/database/gathered.ts';
import type { EventStore, HintBus, NewEvent } from '../../../platform/event-store/index.ts';
import { HINTS } from '../../../platform/hints/hints.ts';
import { LiveHints } from '../../../platform/realtime/live-hints.ts';
import { recordFact, serverStream } from '../server-events.ts';
import { changedFacts, steadyFacts } from './steady-facts.ts';

interface Numbered {
  readonly server_id: string;
  readonly seq: number;
}

interface Barred {
  readonly server_id: string;
  readonly capabilities: readonly { readonly capability: string; readonly why: string }[];
}

type Items<K extends BatchBody['kind']> = Extract<BatchBody, { kind: K }>['items'];

@Injectable()
export class ServerTelemetry implements OnModuleInit {
  readonly #log = new Logger('Telemetry');
  readonly #live: LiveHints;
  readonly #newest: Gathered<string, number | undefined>;
  readonly #taken: Gathered<Numbered, void>;
  readonly #bars: Gathered<Barred, void>;

  constructor(
    @Inject(GATEWAY_DATABASE) private readonly database: Connection,
    @Inject(GATEWAY_STORE) private readonly store: EventStore,
    @Inject(LinkRegistry) private readonly registry: LinkRegistry,
    @Inject(HINTS) hints: HintBus,
  ) {
    this.#live = new LiveHints(hints);
    this.#newest = new Gathered((serverIds) => this.#readNewest(serverIds));
    this.#taken = new Gathered(
      (batches) => this.#writeTaken(batches),
      (batch) => batch.server_id,
    );
    this.#bars = new Gathered(
      (servers) => this.#writeBarred(servers),
      (server) => server.server_id,
    );
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
    const newest = await this.#newest.ask(server.serverId);
    if (newest !== undefined && seq <= newest) return;
    await this.registry.batch(server, body, seq);
    await this.#taken.ask({ server_id: server.serverId, seq });
  }

  async #readNewest(serverIds: readonly string[]): Promise<(serverId: string) => number | undefined> {
    const { rows } = await sql<Numbered>`
      select server_id, seq from muster.servers_batches
      where server_id = any(${[...serverIds]}::uuid[])`.execute(this.database.db);
    const newest = new Map(rows.map(({ server_id, seq }) => [server_id, seq]));
    return (serverId) => newest.get(serverId);
  }

  async #writeTaken(batches: readonly Numbered[]): Promise<() => void> {
    await sql`
      insert into muster.servers_batches as b (server_id, seq)
      select server_id, seq from json_to_recordset(${JSON.stringify(batches)}::json) as n(server_id uuid, seq bigint)
      order by server_id
      on conflict (server_id) do update set seq = greatest(b.seq, excluded.seq)`.execute(this.database.db);
    return () => undefined;
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
    const capabilities = items.flatMap(({ capability, barred: why }) => (why === null ? [] : [{ capability, why }]));
    await this.#bars.ask({ server_id: server.serverId, capabilities });
    this.#live.changed(`server:${server.serverId}`, null, [server.serverId]);
  }

  async #writeBarred(servers: readonly Barred[]): Promise<() => void> {
    const bars = servers.flatMap(({ server_id, capabilities }) => capabilities.map((one) => ({ server_id, ...one })));
    await this.database.db.transaction().execute(async (trx) => {
      await sql`
        delete from muster.servers_barred
        where server_id = any(${servers.map(({ server_id }) => server_id)}::uuid[])`.execute(trx);
      if (bars.length === 0) return;
      await sql`
        insert into muster.servers_barred (server_id, capability, why)
        select * from json_to_recordset(${JSON.stringify(bars)}::json) as b(server_id uuid, capability text, why text)
        on conflict do nothing`.execute(trx);
    });
    return () => undefined;
  }

  async #gaps(server: LinkedServer, items: Items<'gap'>, seq: number): Promise<void> {
    for (const [index, { of, dropped }] of items.entries()) {
      const event = eventOf(TelemetryLost, { serverId: server.serverId, kind: of, dropped });
      await this.#fact(server, seq, event, String(index));
    }
    await sql`update muster.servers_presence set dropped_at = now() where server_id = ${server.serverId}`.execute(
      this.database.db,
    );
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
