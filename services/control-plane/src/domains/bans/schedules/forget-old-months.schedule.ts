// Ends the ban log where its retention ends, a month at a time, and says so in the ledger: the digests of what was
// forgotten stay, so that a kept copy can still be proven.
import { BanLogMonthForgotten } from '@muster/contracts/bans';
import { DEFAULT_TENANT, derivedId } from '@muster/kernel/ids';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { WORKER_STORE } from '../../../platform/composition/tokens.ts';
import { SETTINGS, type Settings } from '../../../platform/config/settings.ts';
import { eventOf } from '../../../platform/cqrs/recorder.ts';
import { WORKER_DATABASE, type Connection } from '../../../platform/database/database.ts';
import type { EventStore } from '../../../platform/event-store/index.ts';
import { recordFact } from '../../../platform/cqrs/recorded-fact.ts';
import { Schedule } from '../../../platform/schedules/schedule.ts';

const ACTOR = 'bans.retention';

@Injectable()
export class ForgetOldMonths extends Schedule {
  protected readonly everyMs = 6 * 3600 * 1000;

  constructor(
    @Inject(WORKER_DATABASE) private readonly database: Connection,
    @Inject(WORKER_STORE) private readonly store: EventStore,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    super();
  }

  async run(now: Date): Promise<void> {
    const keepFrom = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - this.settings.MUSTER_BAN_LOG_MONTHS));
    const { rows } = await sql<{ month: string }>`
      select to_char(month, 'YYYY-MM') as month from muster.bans_months() month
      where month < ${keepFrom.toISOString().slice(0, 10)}::date`.execute(this.database.db);
    for (const { month } of rows) await this.#forget(month);
  }

  async #forget(month: string): Promise<void> {
    const { rows } = await sql<{ lines: number | null }>`
      select muster.bans_forget_month(${`${month}-01`}::date) as lines`.execute(this.database.db);
    const lines = rows[0]?.lines ?? null;
    // Another worker was first.
    if (lines === null) return;
    await recordFact(this.store, {
      streamId: 'bans-retention',
      streamType: 'bans-retention',
      events: [eventOf(BanLogMonthForgotten, { month, lines, keptMonths: this.settings.MUSTER_BAN_LOG_MONTHS })],
      actor: ACTOR,
      actorKind: 'policy',
      tenantId: DEFAULT_TENANT,
      commandId: derivedId(ACTOR, month),
    });
  }
}
