// Waivers end by themselves: when their time is up, or when no second person agreed. Three days before, the ledger says so.
// Those of clients cover what is the client's: a site that is given, taken or moved is told by no event of a server.
import { derivedId } from '@muster/kernel/ids';
import { Inject, Injectable } from '@nestjs/common';
import { WAIVER_WARNING_DAYS } from '@muster/contracts/posture';
import { sql } from 'kysely';
import { WORKER_STORE } from '../../../platform/composition/tokens.ts';
import { recordFact } from '../../../platform/cqrs/recorded-fact.ts';
import { WORKER_DATABASE, type Connection } from '../../../platform/database/database.ts';
import type { EventStore, NewEvent } from '../../../platform/event-store/index.ts';
import { Schedule } from '../../../platform/schedules/schedule.ts';
import { ClientFindings } from '../../clients/index.ts';
import { reach, tick, waiverFrom, waiverStream, type WaiverState } from '../waiver.aggregate.ts';

const AT_ONCE = 200;
const ACTOR = 'posture.waivers';

interface Kept {
  readonly waiver_id: string;
  readonly tenant_id: string;
}

@Injectable()
export class KeepWaivers extends Schedule {
  protected readonly everyMs = 2000;

  constructor(
    @Inject(WORKER_DATABASE) private readonly database: Connection,
    @Inject(WORKER_STORE) private readonly store: EventStore,
    @Inject(ClientFindings) private readonly findings: ClientFindings,
  ) {
    super();
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

  /** Every standing waiver of a client whose list is not what the client has. */
  async #reach(): Promise<void> {
    const { rows } = await sql<Kept & { check_id: string; subject: string | null; client_id: string; known: string[] }>`
      select w.waiver_id, w.tenant_id, w.check_id, w.subject, w.target ->> 'clientId' as client_id,
        array(select r.finding_id::text from muster.posture_waiver_findings r where r.waiver_id = w.waiver_id) as known
      from muster.posture_waivers w
      where w.state = 'standing' and w.target ->> 'kind' = 'client'`.execute(this.database.db);
    for (const row of rows) {
      const open = await this.findings.open(row.client_id, row.check_id, row.subject);
      const same = row.known.length === open.size && row.known.every((id) => open.has(id));
      if (!same) await this.#decide(row, (state) => reach(state, open));
    }
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
