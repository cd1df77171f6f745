// Waivers end by themselves: when their time is up, or when no second person agreed. Three days before, the ledger says so.
// Those of clients cover what is the client's, which they are compared with when something happened that can change it.
import { derivedId } from '@muster/kernel/ids';
import { Inject, Injectable } from '@nestjs/common';
import { WAIVER_WARNING_DAYS } from '@muster/contracts/posture';
import { sql, type RawBuilder } from 'kysely';
import { WORKER_STORE } from '../../../platform/composition/tokens.ts';
import { recordFact } from '../../../platform/cqrs/recorded-fact.ts';
import { texts, uuids } from '../../../platform/database/columns.ts';
import { WORKER_DATABASE, type Connection } from '../../../platform/database/database.ts';
import type { EventStore, NewEvent } from '../../../platform/event-store/index.ts';
import { Schedule } from '../../../platform/schedules/schedule.ts';
import { ClientFindings } from '../../clients/index.ts';
import { TouchedWaivers, type Touched } from '../touched-waivers.ts';
import { reach, tick, waiverFrom, waiverStream, type WaiverState } from '../waiver.aggregate.ts';

const AT_ONCE = 200;
const ACTOR = 'posture.waivers';

interface Kept {
  readonly waiver_id: string;
  readonly tenant_id: string;
}
interface KeptForClient extends Kept {
  readonly check_id: string;
  readonly subject: string | null;
  readonly client_id: string;
  /** Ids of findings. */
  readonly known: readonly string[];
}

@Injectable()
export class KeepWaivers extends Schedule {
  protected readonly everyMs = 2000;
  readonly #touched: TouchedWaivers;

  constructor(
    @Inject(WORKER_DATABASE) private readonly database: Connection,
    @Inject(WORKER_STORE) private readonly store: EventStore,
    @Inject(ClientFindings) private readonly findings: ClientFindings,
  ) {
    super();
    this.#touched = new TouchedWaivers(database, store);
  }

  async run(now: Date): Promise<void> {
    const { rows } = await sql<Kept>`
      select waiver_id, tenant_id from muster.posture_waivers
      where state = 'asked'
        or (state = 'standing' and until <= ${now}::timestamptz
          + case when warned then interval '0' else make_interval(days => ${WAIVER_WARNING_DAYS}) end)
      order by until limit ${AT_ONCE}`.execute(this.database.db);
    for (const row of rows) await this.#decide(row, (state) => tick(state, now));
    await this.#reach();
  }

  /** Standing waivers of clients whose list is not what the client has, of those that may cover something else by now. */
  async #reach(): Promise<void> {
    const { touched, done } = await this.#touched.look();
    const due = await this.#ofClients(touched);
    for (let from = 0; from < due.length; from += AT_ONCE) {
      const part = due.slice(from, from + AT_ONCE);
      const found = await this.findings.open(
        part.map((row) => ({ clientId: row.client_id, checkId: row.check_id, subject: row.subject })),
      );
      for (const [index, row] of part.entries()) {
        const open = found[index];
        if (open === undefined) throw new Error(`nothing was answered for the waiver ${row.waiver_id}`);
        const same = row.known.length === open.size && row.known.every((id) => open.has(id));
        if (!same) await this.#decide(row, (state) => reach(state, open));
      }
    }
    done();
  }

  async #ofClients(touched: Touched | null): Promise<readonly KeptForClient[]> {
    const which = touched === null ? sql`true` : await this.#theirs(touched);
    if (which === null) return [];
    const { rows } = await sql<KeptForClient>`
      select w.waiver_id, w.tenant_id, w.check_id, w.subject, w.target ->> 'clientId' as client_id,
        array(select r.finding_id::text from muster.posture_waiver_findings r where r.waiver_id = w.waiver_id) as known
      from muster.posture_waivers w
      where w.state = 'standing' and w.target ->> 'kind' = 'client' and ${which}`.execute(this.database.db);
    return rows;
  }

  /** Null: none can be. */
  async #theirs({ waivers, clients, servers }: Touched): Promise<RawBuilder<unknown> | null> {
    const on = Map.groupBy(
      servers.length === 0 ? [] : await this.findings.clientsOn(servers.map(({ serverId }) => serverId)),
      ({ serverId }) => serverId,
    );
    const whole = new Set(clients);
    const ofCheck: { clientId: string; checkId: string }[] = [];
    for (const { serverId, checkId } of servers) {
      for (const { clientId } of on.get(serverId) ?? []) {
        if (checkId === null) whole.add(clientId);
        else ofCheck.push({ clientId, checkId });
      }
    }
    if (waivers.length + whole.size + ofCheck.length === 0) return null;
    return sql`(w.waiver_id = any(${uuids(waivers)}) or w.target ->> 'clientId' = any(${texts([...whole])})
      or (w.target ->> 'clientId', w.check_id) in (
        select * from unnest(${texts(ofCheck.map(({ clientId }) => clientId))}, ${texts(ofCheck.map(({ checkId }) => checkId))})))`;
  }

  async #decide(row: Kept, decide: (state: WaiverState) => NewEvent[]): Promise<void> {
    const streamId = waiverStream(row.waiver_id);
    const state = waiverFrom(await this.store.readStream(streamId));
    const events = decide(state);
    if (events.length === 0) return;
    const commandId = derivedId(ACTOR, row.waiver_id, String(state.version));
    await recordFact(this.store, {
      streamId,
      streamType: 'waiver',
      events,
      actor: ACTOR,
      actorKind: 'schedule',
      tenantId: row.tenant_id,
      commandId,
    });
  }
}
