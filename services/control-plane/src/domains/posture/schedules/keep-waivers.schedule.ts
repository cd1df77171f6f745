// Waivers end by themselves: when their time is up, or when no second person agreed. Three days before, the ledger says so.
import { derivedId } from '@muster/kernel/ids';
import { Inject, Injectable } from '@nestjs/common';
import { WAIVER_WARNING_DAYS } from '@muster/contracts/posture';
import { sql } from 'kysely';
import { WORKER_STORE } from '../../../platform/composition/tokens.ts';
import { recordFact } from '../../../platform/cqrs/recorded-fact.ts';
import { WORKER_DATABASE, type Connection } from '../../../platform/database/database.ts';
import type { EventStore } from '../../../platform/event-store/index.ts';
import { Schedule } from '../../../platform/schedules/schedule.ts';
import { tick, waiverFrom, waiverStream } from '../waiver.aggregate.ts';

const AT_ONCE = 200;
const ACTOR = 'posture.waivers';

@Injectable()
export class KeepWaivers extends Schedule {
  protected readonly everyMs = 2000;

  constructor(
    @Inject(WORKER_DATABASE) private readonly database: Connection,
    @Inject(WORKER_STORE) private readonly store: EventStore,
  ) {
    super();
  }

  async run(now: Date): Promise<void> {
    const { rows } = await sql<{ waiver_id: string; tenant_id: string }>`
      select waiver_id, tenant_id from muster.posture_waivers
      where state = 'asked'
        or (state = 'standing' and until <= ${now}::timestamptz
          + case when warned then interval '0' else make_interval(days => ${WAIVER_WARNING_DAYS}) end)
      order by until limit ${AT_ONCE}`.execute(this.database.db);
    for (const { waiver_id: waiverId, tenant_id: tenantId } of rows) {
      const streamId = waiverStream(waiverId);
      const state = waiverFrom(await this.store.readStream(streamId));
      const events = tick(state, now);
      if (events.length === 0) continue;
      const commandId = derivedId(ACTOR, waiverId, String(state.version));
      await recordFact(this.store, {
        streamId,
        streamType: 'waiver',
        events,
        actor: ACTOR,
        actorKind: 'schedule',
        tenantId,
        commandId,
      });
    }
  }
}
