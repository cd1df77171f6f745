// That no backup is made is silence, and nobody hears it by himself: once the last one is too old that is an event, so the
// first page is told and the ledger knows for how long there was none. The alarm ends with the next backup.
import { BackupOverdue } from '@muster/contracts/audit';
import { DEFAULT_TENANT, derivedId } from '@muster/kernel/ids';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { WORKER_STORE } from '../../../platform/composition/tokens.ts';
import { SETTINGS, type Settings } from '../../../platform/config/settings.ts';
import { eventOf } from '../../../platform/cqrs/event-of.ts';
import { recordFact } from '../../../platform/cqrs/recorded-fact.ts';
import { WORKER_DATABASE, type Connection } from '../../../platform/database/database.ts';
import type { EventStore } from '../../../platform/event-store/index.ts';
import { Schedule } from '../../../platform/schedules/schedule.ts';
import { Metrics } from '../../../platform/telemetry/metrics.ts';
import { BackupWatch } from './backup-watch.ts';

const ACTOR = 'audit.keep-backups';
const AT_MOST_EVERY_MS = 60_000;
const AT_LEAST_EVERY_MS = 500;

@Injectable()
export class KeepBackups extends Schedule {
  protected readonly everyMs: number;
  readonly #watch: BackupWatch;
  readonly #log = new Logger('Backups');

  constructor(
    @Inject(WORKER_DATABASE) database: Connection,
    @Inject(SETTINGS) settings: Settings,
    @Inject(WORKER_STORE) private readonly store: EventStore,
    @Inject(Metrics) metrics: Metrics,
  ) {
    super();
    this.#watch = new BackupWatch(database, settings);
    const { limitMs } = this.#watch;
    this.everyMs = limitMs === 0 ? AT_MOST_EVERY_MS : clamp(limitMs / 4, AT_LEAST_EVERY_MS, AT_MOST_EVERY_MS);
    metrics.gauge(
      'muster_backup_age_seconds',
      'Since the last backup was written or restored; since the first event when there was none',
      async () => {
        const age = await this.#watch.age();
        return age === null ? null : (Date.now() - age.from.getTime()) / 1000;
      },
    );
    metrics.gauge(
      'muster_backup_limit_seconds',
      'How old the last backup may be; 0: nobody watches',
      () => limitMs / 1000,
    );
  }

  async run(now: Date): Promise<void> {
    const overdue = await this.#watch.overdue(now);
    if (overdue === null || overdue.told) return;
    const lastAt = overdue.lastAt?.toISOString() ?? null;
    await recordFact(this.store, {
      streamId: 'backups',
      streamType: 'backups',
      events: [eventOf(BackupOverdue, { lastAt, limitSeconds: Math.ceil(overdue.limitMs / 1000) })],
      actor: ACTOR,
      actorKind: 'schedule',
      tenantId: DEFAULT_TENANT,
      // Once for each backup that became too old.
      commandId: derivedId(ACTOR, String(overdue.position)),
    });
    this.#log.warn(
      `${lastAt === null ? 'there was never a backup' : `the last backup is of ${lastAt}`}: run muster backup`,
    );
  }
}

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));
