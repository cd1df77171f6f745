// Compares what servers say they hold with what is desired of that revision. A difference that lasts is told once, as
// an event; the policy that converges servers answers it with a snapshot.
import { TableDrifted } from '@muster/contracts/bans';
import { derivedId } from '@muster/kernel/ids';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { WORKER_STORE } from '../../../platform/composition/tokens.ts';
import { eventOf } from '../../../platform/cqrs/recorder.ts';
import { WORKER_DATABASE, type Connection } from '../../../platform/database/database.ts';
import type { EventStore, HintBus } from '../../../platform/event-store/index.ts';
import { HINTS } from '../../../platform/hints/hints.ts';
import { LiveHints } from '../../../platform/realtime/live-hints.ts';
import { DesiredFleet } from '../desired-fleet.ts';
import { acceptableHashes, hashOf } from '../desired-state.ts';
import { loadRows } from '../policies/desired-rows.ts';
import { recordFact } from '../../../platform/cqrs/recorded-fact.ts';
import { Schedule } from '../../../platform/schedules/schedule.ts';

const ACTOR = 'bans.tables';
/** A host's clock and ours may be this far apart before an ended block counts as kept. */
const GRACE_MS = 30_000;
/** Reports of about the same moment are judged alike. */
const MOMENT_MS = 5000;
/** The host repairs itself within seconds; what lasts longer it could not repair. */
const LASTS_MS = 20_000;
/** A server that answers and has nothing on its way should not be behind for longer. */
const BEHIND_MS = 60_000;

interface Reported {
  readonly server_id: string;
  readonly tenant_id: string;
  readonly at: Date;
  readonly heard_at: Date;
  readonly held: number;
  readonly desired: number;
  readonly changed_at: Date;
  readonly hash: string | null;
  readonly matches: boolean | null;
  readonly differs_since: Date | null;
  readonly drift_told: string | null;
  readonly open: boolean;
}

/** What is desired at this look, worked out once for all servers that should hold the same. */
class Expected {
  readonly #sameAs: (serverId: string) => string;
  readonly #hashes = new Map<string, readonly string[]>();

  constructor(private readonly fleet: DesiredFleet) {
    this.#sameAs = fleet.sameDesiredAs();
  }

  revision(serverId: string): number | undefined {
    return this.fleet.rows.servers.get(serverId)?.revision;
  }

  hashes(serverId: string, moment: Date): readonly string[] {
    const rounded = Math.round(moment.getTime() / MOMENT_MS) * MOMENT_MS;
    const key = `${this.#sameAs(serverId)} ${rounded}`;
    const known = this.#hashes.get(key);
    if (known) return known;
    const { blocks, protections } = this.fleet.desiredFor(serverId);
    const allowed = protections.map((entry) => entry.range);
    const made = acceptableHashes(blocks, allowed, rounded, GRACE_MS);
    this.#hashes.set(key, made);
    return made;
  }

  hash(serverId: string, now: Date): string {
    const { blocks, protections } = this.fleet.desiredFor(serverId);
    const lasting = blocks.filter((block) => block.until === null || block.until > now.getTime());
    return hashOf(
      lasting,
      protections.map((entry) => entry.range),
    );
  }
}

@Injectable()
export class JudgeTables extends Schedule {
  protected readonly everyMs = 2000;

  constructor(
    @Inject(WORKER_DATABASE) private readonly database: Connection,
    @Inject(WORKER_STORE) private readonly store: EventStore,
    @Inject(HINTS) private readonly hints: HintBus,
  ) {
    super();
  }

  async run(now: Date): Promise<void> {
    const reported = await this.#unjudged(now);
    if (reported.length === 0) return;
    const { db } = this.database;
    // One look at one moment: rows of several tables belong together.
    const rows = await db
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute((trx) => loadRows(trx));
    const expected = new Expected(new DesiredFleet(rows));
    const isLevel = (server: Reported): boolean => server.held === expected.revision(server.server_id);
    for (const server of reported) if (!isLevel(server)) await this.#judgeBehind(server, expected, now);
    await this.#judge(reported.filter(isLevel), expected, now);
  }

  async #unjudged(now: Date): Promise<Reported[]> {
    const { rows } = await sql<Reported>`
      select h.server_id, d.tenant_id, h.at, h.heard_at, h.revision::int as held, d.revision::int as desired, d.changed_at,
        h.hash, h.matches, h.differs_since, h.drift_told,
        exists (select 1 from muster.bans_desired_tasks t where t.server_id = d.server_id) as open
      from muster.bans_held h join muster.bans_desired d using (server_id)
      where d.confirmed and d.managed and not d.withdrawn
        and (h.matches is null or h.matches is false
          or (h.revision < d.revision and d.changed_at < ${new Date(now.getTime() - BEHIND_MS)}))`.execute(
      this.database.db,
    );
    return rows;
  }

  /** Of servers that hold the revision that is desired: one statement for all, because a fleet block makes all of them speak. */
  async #judge(servers: readonly Reported[], expected: Expected, now: Date): Promise<void> {
    if (servers.length === 0) return;
    const verdicts = servers.map((server) => ({ server, matches: matches(server, expected) }));
    const said = verdicts.map(({ server, matches }) => ({
      server_id: server.server_id,
      heard_at: server.heard_at,
      matches,
    }));
    await sql`
      update muster.bans_held h set matches = v.matches,
        differs_since = case when v.matches then null else coalesce(h.differs_since, ${now}) end,
        drift_told = case when v.matches then null else h.drift_told end
      from json_to_recordset(${JSON.stringify(said)}::json) as v(server_id uuid, heard_at timestamptz, matches boolean)
      where h.server_id = v.server_id and date_trunc('milliseconds', h.heard_at) = v.heard_at`.execute(
      this.database.db,
    );
    for (const { server, matches } of verdicts) {
      if (matches !== server.matches) this.#changed(server.server_id);
      const since = server.differs_since?.getTime() ?? now.getTime();
      if (matches || now.getTime() - since < LASTS_MS) continue;
      await this.#tell(server, expected.hash(server.server_id, now), since);
    }
  }

  async #judgeBehind(server: Reported, expected: Expected, now: Date): Promise<void> {
    const patient = server.open || now.getTime() - server.changed_at.getTime() < BEHIND_MS;
    if (patient || server.heard_at <= server.changed_at) return;
    await this.#tell(server, expected.hash(server.server_id, now), server.changed_at.getTime());
  }

  /** `since` tells one time of differing from the next that looks the same. */
  async #tell(server: Reported, desired: string, since: number): Promise<void> {
    const told = `${server.desired} ${desired} ${server.hash ?? ''}`;
    if (server.drift_told === told) return;
    const { server_id: serverId, tenant_id: tenantId } = server;
    await recordFact(this.store, {
      streamId: `ban-table-${serverId}`,
      streamType: 'ban-table',
      events: [eventOf(TableDrifted, { serverId, revision: server.desired, desired, held: server.hash })],
      actor: ACTOR,
      actorKind: 'schedule',
      tenantId,
      commandId: derivedId(ACTOR, serverId, told, String(since)),
    });
    await sql`update muster.bans_held set drift_told = ${told} where server_id = ${serverId}`.execute(this.database.db);
    this.#changed(serverId);
  }

  #changed(serverId: string): void {
    const live = new LiveHints(this.hints);
    live.changed('bans', null, [serverId]);
    live.changed('fleet', null, [serverId]);
    live.changed(`server:${serverId}`, null, [serverId]);
  }
}

function matches({ server_id: serverId, hash, heard_at: heardAt, at }: Reported, expected: Expected): boolean {
  // Its clock may be wrong, and its report may have waited in the spool: either moment may be the true one.
  return hash !== null && [heardAt, at].some((moment) => expected.hashes(serverId, moment).includes(hash));
}
