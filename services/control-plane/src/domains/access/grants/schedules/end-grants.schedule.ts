// When the time of a grant is up, the ledger says so; before that, its end is told. The grant itself stops counting by
// the clock, not by this.
import { GrantEndingSoon } from '@muster/contracts/access';
import { derivedId } from '@muster/kernel/ids';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { WORKER_STORE } from '../../../../platform/composition/tokens.ts';
import { SETTINGS, type Settings } from '../../../../platform/config/settings.ts';
import { recordFact } from '../../../../platform/cqrs/recorded-fact.ts';
import { eventOf } from '../../../../platform/cqrs/recorder.ts';
import { WORKER_DATABASE, type Connection } from '../../../../platform/database/database.ts';
import type { EventStore, NewEvent } from '../../../../platform/event-store/index.ts';
import { Schedule } from '../../../../platform/schedules/schedule.ts';
import { expire, grantsFrom, grantsStream } from '../grant.aggregate.ts';

const AT_ONCE = 200;
const ACTOR = 'access.grant-ends';

interface Due {
  grant_id: string;
  holder_id: string;
  tenant_id: string;
}

@Injectable()
export class EndGrants extends Schedule {
  /** Page and socket of a grant that ends stop within a second. */
  protected readonly everyMs = 250;

  constructor(
    @Inject(WORKER_DATABASE) private readonly database: Connection,
    @Inject(WORKER_STORE) private readonly store: EventStore,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    super();
  }

  async run(now: Date): Promise<void> {
    await this.#end(now);
    await this.#warn(now);
  }

  async #end(now: Date): Promise<void> {
    const { rows } = await sql<Due>`
      select grant_id, holder_id, tenant_id from muster.access_grants
      where ended_at is null and until <= ${now} order by until limit ${AT_ONCE}`.execute(this.database.db);
    for (const due of rows) {
      const state = grantsFrom(await this.store.readStream(grantsStream(due.holder_id)));
      await this.#record(due, expire(state, due.grant_id, now), derivedId(ACTOR, due.grant_id));
    }
  }

  /** A grant that lasts shorter than a warning is told of those that lie in its time. */
  async #warn(now: Date): Promise<void> {
    const { rows } = await sql<Due & { until: Date; days: number }>`
      select g.grant_id, g.holder_id, g.tenant_id, g.until, w.days
      from muster.access_grants g cross join lateral (
        select min(days) as days from unnest(${this.settings.MUSTER_GRANT_WARNING_DAYS}::int[]) days
        where g.until <= ${now}::timestamptz + make_interval(days => days)
          and g.starts_at < g.until - make_interval(days => days)) w
      where g.ended_at is null and g.until > ${now} and w.days is not null
        and (g.warned_days is null or g.warned_days > w.days)
      limit ${AT_ONCE}`.execute(this.database.db);
    for (const { until, days, ...due } of rows) {
      const soon = eventOf(GrantEndingSoon, {
        grantId: due.grant_id,
        holderId: due.holder_id,
        until: until.toISOString(),
        days,
      });
      await this.#record(due, [soon], derivedId(ACTOR, due.grant_id, String(days)));
    }
  }

  async #record(due: Due, events: readonly NewEvent[], commandId: string): Promise<void> {
    if (events.length === 0) return;
    await recordFact(this.store, {
      streamId: grantsStream(due.holder_id),
      streamType: 'grants',
      events,
      actor: ACTOR,
      actorKind: 'schedule',
      tenantId: due.tenant_id,
      commandId,
    });
  }
}
