// Answers the link's questions about identities, and keeps presence. Beats are written once a second, and what many
// connections ask or say at the same time goes to the database together: ten thousand agents cost a few statements, not ten
// thousand.
import { newId } from '@muster/kernel/ids';
import { IdentityConflictFound, ServerAnswered, type CapabilityName } from '@muster/contracts/servers';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { sql } from 'kysely';
import type { Greeting, LinkedServer } from '../../../platform/agent-link/link-registry.ts';
import type { KnownAgent, LinkAuthority } from '../../../platform/agent-link/link-server.ts';
import type { LinkSession } from '../../../platform/agent-link/link-session.ts';
import { GATEWAY_STORE } from '../../../platform/composition/tokens.ts';
import { eventOf } from '../../../platform/cqrs/recorder.ts';
import { GATEWAY_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { Gathered } from '../../../platform/database/gathered.ts';
import type { EventStore, HintBus } from '../../../platform/event-store/index.ts';
import { HINTS } from '../../../platform/hints/hints.ts';
import { LiveHints } from '../../../platform/realtime/live-hints.ts';
import { GATEWAY_ID } from '../../../platform/agent-link/gateway-id.ts';
import { TASKS_REQUESTED } from '../../operations/index.ts';
import { recordFact, serverStream } from '../server-events.ts';

const FLUSH_MS = 1000;
/** A beat may have been under way while its agent moved to another gateway. */
const MOVED_SECONDS = 3;

interface Beat {
  readonly server_id: string;
  readonly session_id: string;
  readonly heard_at: string;
  readonly spooled: number;
  readonly skew: number;
}

interface Opening {
  readonly session: LinkSession;
  readonly greeting: Greeting;
}

interface BeforeOpening {
  readonly was_silent: boolean;
  readonly is_new: boolean;
  readonly changed_version: boolean;
}

@Injectable()
export class ServerAuthority implements LinkAuthority, OnApplicationBootstrap, OnApplicationShutdown {
  readonly #log = new Logger('Presence');
  readonly #live: LiveHints;
  readonly #beats = new Map<string, Beat>();
  /** Sessions that went on beating after their agent had opened another one elsewhere. */
  readonly #suspects = new Set<string>();
  readonly #identities: Gathered<string, KnownAgent | null>;
  readonly #openings: Gathered<Opening, BeforeOpening | undefined>;
  readonly #endings: Gathered<LinkSession, void>;
  #timer: NodeJS.Timeout | undefined;
  /** Presence is written by one statement at a time: a beat must not claim a connection that has just ended. */
  #writing: Promise<unknown> = Promise.resolve();

  constructor(
    @Inject(GATEWAY_DATABASE) private readonly database: Connection,
    @Inject(GATEWAY_STORE) private readonly store: EventStore,
    @Inject(HINTS) private readonly hints: HintBus,
    @Inject(GATEWAY_ID) private readonly gatewayId: string,
  ) {
    this.#live = new LiveHints(hints);
    this.#identities = new Gathered((serverIds) => this.#identify(serverIds));
    this.#openings = new Gathered(
      (openings) => this.#inTurn(() => this.#open(openings)),
      ({ session }) => session.server.serverId,
    );
    this.#endings = new Gathered(
      (sessions) => this.#inTurn(() => this.#end(sessions)),
      ({ sessionId }) => sessionId,
    );
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.#register();
    this.#timer = setInterval(() => {
      this.#inTurn(() => this.#flush()).catch((error: unknown) =>
        this.#log.error(`presence could not be written: ${String(error)}`),
      );
    }, FLUSH_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await sql`
      update muster.servers_presence set gateway_id = null, session_id = null where gateway_id = ${this.gatewayId}`.execute(
      this.database.db,
    );
    await sql`delete from muster.servers_gateways where gateway_id = ${this.gatewayId}`.execute(this.database.db);
  }

  identify(serverId: string): Promise<KnownAgent | null> {
    return this.#identities.ask(serverId);
  }

  async #identify(serverIds: readonly string[]): Promise<(serverId: string) => KnownAgent | null> {
    const { rows } = await sql<{
      server_id: string;
      tenant_id: string;
      host_key: string | null;
      agent_key: string;
      machine_hash: string;
      confirmed: boolean;
      retired: boolean;
      quarantined: boolean;
      managed: CapabilityName[];
      former_keys: string[];
      rotation_id: string | null;
    }>`
      select s.server_id, s.tenant_id, s.host_key, s.agent_key, s.machine_hash, s.confirmed, s.retired, s.quarantined,
        s.former_keys, s.rotation_id,
        coalesce((select array_agg(c.capability) from muster.servers_capabilities c
                  where c.server_id = s.server_id and c.mode = 'managed'), '{}') as managed
      from muster.servers_servers s where s.server_id = any(${[...serverIds]}::uuid[])`.execute(this.database.db);
    const known = new Map(
      rows.map((row): [string, KnownAgent] => [
        row.server_id,
        {
          serverId: row.server_id,
          tenantId: row.tenant_id,
          hostKey: row.host_key,
          agentKey: row.agent_key,
          formerKeys: row.former_keys,
          rotation: row.rotation_id,
          machineHash: row.machine_hash,
          confirmed: row.confirmed,
          managed: row.managed,
          status: row.retired ? 'retired' : row.quarantined ? 'quarantined' : 'welcome',
        },
      ]),
    );
    return (serverId) => known.get(serverId) ?? null;
  }

  /** Of these connections, which must end: `replaced` was opened with a key that the server no longer has. */
  async unwelcome(
    connected: readonly Pick<LinkedServer, 'serverId' | 'agentKey'>[],
  ): Promise<{ serverId: string; agentKey: string; status: 'retired' | 'quarantined' | 'replaced' }[]> {
    if (connected.length === 0) return [];
    const { rows } = await sql<{ server_id: string; key: string; retired: boolean; quarantined: boolean }>`
      select s.server_id, c.key, s.retired, s.quarantined
      from unnest(${connected.map((one) => one.serverId)}::uuid[], ${connected.map((one) => one.agentKey)}::text[])
        as c(server_id, key)
      join muster.servers_servers s using (server_id)
      where s.retired or s.quarantined or s.agent_key <> c.key`.execute(this.database.db);
    return rows.map((row) => ({
      serverId: row.server_id,
      agentKey: row.key,
      status: row.retired ? 'retired' : row.quarantined ? 'quarantined' : 'replaced',
    }));
  }

  async conflict(agent: KnownAgent, otherMachineHash: string): Promise<void> {
    this.#log.warn(`the identity of server ${agent.serverId} is in use on two machines`);
    await recordFact(this.store, {
      streamId: serverStream(agent.serverId),
      streamType: 'server',
      actor: `server:${agent.serverId}`,
      actorKind: 'agent',
      tenantId: agent.tenantId,
      event: eventOf(IdentityConflictFound, {
        serverId: agent.serverId,
        machineHash: agent.machineHash,
        otherMachineHash,
      }),
    });
  }

  async opened(session: LinkSession, greeting: Greeting): Promise<void> {
    const { serverId, tenantId } = session.server;
    const before = await this.#openings.ask({ session, greeting });
    if (before?.was_silent || before?.is_new || before?.changed_version) {
      await recordFact(this.store, {
        streamId: serverStream(serverId),
        streamType: 'server',
        actor: `server:${serverId}`,
        actorKind: 'agent',
        tenantId,
        commandId: newId(),
        event: eventOf(ServerAnswered, {
          serverId,
          agentVersion: greeting.agentVersion,
          bootId: greeting.bootId,
        }),
      });
    }
    this.#changed(serverId);
    // Tasks that waited for this server have their turn.
    this.hints.publish(TASKS_REQUESTED, {});
  }

  async #open(openings: readonly Opening[]): Promise<(opening: Opening) => BeforeOpening | undefined> {
    const said = openings.map(({ session, greeting }) => ({
      server_id: session.server.serverId,
      session_id: session.sessionId,
      boot_id: greeting.bootId,
      agent_version: greeting.agentVersion,
      machine_hash: greeting.machineHash,
      address: session.address || null,
      speaks: greeting.speaks ?? [],
    }));
    const { rows } = await sql<BeforeOpening & { server_id: string }>`
      with said as (
        select * from json_to_recordset(${JSON.stringify(said)}::json) as s(server_id uuid, session_id uuid, boot_id text,
          agent_version text, machine_hash text, address inet, speaks text[])),
      before as (
        select p.server_id, p.silent, p.agent_version from muster.servers_presence p join said using (server_id)),
      after as (
        insert into muster.servers_presence (server_id, gateway_id, session_id, connected_at, heard_at, boot_id,
          agent_version, machine_hash, address, silent, silent_since, speaks)
        select server_id, ${this.gatewayId}::uuid, session_id, now(), now(), boot_id, agent_version, machine_hash, address,
          false, null, speaks
        from said order by server_id
        on conflict (server_id) do update set gateway_id = excluded.gateway_id, session_id = excluded.session_id,
          connected_at = now(), heard_at = now(), boot_id = excluded.boot_id, agent_version = excluded.agent_version,
          machine_hash = excluded.machine_hash, address = excluded.address, silent = false, silent_since = null,
          speaks = excluded.speaks
        returning server_id, agent_version)
      select a.server_id, coalesce(b.silent, false) as was_silent, b.server_id is null as is_new,
        coalesce(b.agent_version <> a.agent_version, false) as changed_version
      from after a left join before b using (server_id)`.execute(this.database.db);
    const before = new Map(rows.map((row) => [row.server_id, row]));
    return ({ session }) => before.get(session.server.serverId);
  }

  async closed(session: LinkSession): Promise<void> {
    const { serverId } = session.server;
    if (this.#beats.get(serverId)?.session_id === session.sessionId) this.#beats.delete(serverId);
    this.#suspects.delete(session.sessionId);
    await this.#endings.ask(session);
    this.#changed(serverId);
  }

  async #end(sessions: readonly LinkSession[]): Promise<() => void> {
    const ended = sessions.map(({ server, sessionId }) => ({ server_id: server.serverId, session_id: sessionId }));
    await sql`
      update muster.servers_presence p set gateway_id = null, session_id = null
      from json_to_recordset(${JSON.stringify(ended)}::json) as e(server_id uuid, session_id uuid)
      where p.server_id = e.server_id and p.session_id = e.session_id`.execute(this.database.db);
    return () => undefined;
  }

  /** The install script of an enrolment was fetched: the page that waits sees the first step. */
  async downloaded(enrolmentId: string): Promise<void> {
    await sql`
      update muster.servers_enrolments set downloaded_at = now()
      where enrolment_id = ${enrolmentId} and downloaded_at is null and expires_at > now()`.execute(this.database.db);
    this.#live.changed(`enrolment:${enrolmentId}`);
  }

  /** From a heartbeat frame. */
  heard(session: LinkSession, time: string, spooled: number): void {
    const now = Date.now();
    const { serverId } = session.server;
    this.#beats.set(serverId, {
      server_id: serverId,
      session_id: session.sessionId,
      heard_at: new Date(now).toISOString(),
      spooled,
      skew: Date.parse(time) - now,
    });
  }

  #changed(serverId: string): void {
    this.#live.changed('fleet', null, [serverId]);
    this.#live.changed('servers', null, [serverId]);
    this.#live.changed(`server:${serverId}`, null, [serverId]);
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#writing.then(work);
    this.#writing = turn.catch(() => undefined);
    return turn;
  }

  /** Also after the worker took this gateway for dead, which a database that was away makes it do. */
  async #register(): Promise<void> {
    await sql`
      insert into muster.servers_gateways (gateway_id) values (${this.gatewayId})
      on conflict (gateway_id) do update set beat_at = now()`.execute(this.database.db);
  }

  async #flush(): Promise<void> {
    await this.#register();
    if (this.#beats.size === 0) return;
    const beats = [...this.#beats.values()];
    this.#beats.clear();
    const { rows } = await sql<{ server_id: string }>`
      update muster.servers_presence p set heard_at = b.heard_at, spooled = b.spooled,
        clock_skew_ms = coalesce(p.clock_skew_ms * 0.7 + b.skew * 0.3, b.skew),
        gateway_id = ${this.gatewayId}, session_id = b.session_id
      from json_to_recordset(${JSON.stringify(beats)}::json)
        as b(server_id uuid, session_id uuid, heard_at timestamptz, spooled int, skew double precision)
      where p.server_id = b.server_id and (p.session_id = b.session_id or p.session_id is null)
      returning p.server_id`.execute(this.database.db);
    const mine = new Set(rows.map((row) => row.server_id));
    await this.#judgeTwins(beats.filter((beat) => !mine.has(beat.server_id)));
    this.#live.changed('fleet');
  }

  /**
   * An agent that dials another gateway has left its older connection. One that goes on beating there is a second machine
   * with the same identity. Once may be a beat that a healed network brought late; then the end of that connection follows.
   */
  async #judgeTwins(beats: readonly Beat[]): Promise<void> {
    if (beats.length === 0) return;
    const { rows } = await sql<{ server_id: string; session_id: string; other: string }>`
      select p.server_id, b.session_id, p.machine_hash as other
      from json_to_recordset(${JSON.stringify(beats)}::json) as b(server_id uuid, session_id uuid, heard_at timestamptz)
      join muster.servers_presence p using (server_id)
      where p.session_id <> b.session_id
        and b.heard_at > p.connected_at + make_interval(secs => ${MOVED_SECONDS})`.execute(this.database.db);
    for (const { server_id: serverId, session_id: session, other } of rows) {
      if (!this.#suspects.has(session)) {
        this.#suspects.add(session);
        continue;
      }
      const agent = await this.identify(serverId);
      if (agent?.status === 'welcome') await this.conflict(agent, other);
    }
  }
}
