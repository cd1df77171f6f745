// How old the last backup is. It is told by the ledger alone: `muster backup` says there that it wrote one. A restore counts
// as well: the database is what a backup held at that moment, so there is nothing yet that only the database has.
import { BackupOverdue, BackupTaken, EpochBegun } from '@muster/contracts/audit';
import { sql } from 'kysely';
import type { Settings } from '../../../platform/config/settings.ts';
import type { Connection } from '../../../platform/database/database.ts';
import { AUDIT_ENTRIES } from '../projections/entries/entries.projection.ts';

const HOUR_MS = 3_600_000;
/** A read model that is further behind is being made anew, and may not have come to the last backup yet. */
const CAUGHT_UP_EVENTS = 1000;

export interface BackupAge {
  /** When the last backup was written, or one was restored; null: never. */
  readonly lastAt: Date | null;
  /** From when on there was something that no backup held: `lastAt`, or the first event. */
  readonly from: Date;
  /** Position of the event that says so; -1 when there was never a backup. */
  readonly position: number;
  /** It was recorded already that this one is too old. */
  readonly told: boolean;
}

export interface OverdueBackup extends BackupAge {
  /** Since when it is an alarm. */
  readonly since: Date;
  readonly limitMs: number;
}

export class BackupWatch {
  /** How old a backup may be, in milliseconds; 0: nobody watches. */
  readonly limitMs: number;

  /** `database`: of somebody who sees the whole fleet, or of the worker. */
  constructor(
    private readonly database: Connection,
    { MUSTER_BACKUP_ALARM_HOURS: hours }: Pick<Settings, 'MUSTER_BACKUP_ALARM_HOURS'>,
  ) {
    this.limitMs = hours * HOUR_MS;
  }

  /** null while nothing was recorded, or as long as nobody can tell: the read model of the ledger is being made anew. */
  async age(): Promise<BackupAge | null> {
    const { rows } = await sql<{
      began_at: Date;
      last_at: Date | null;
      position: number | null;
      told_position: number | null;
    }>`
      with newest as (
        select (select max(position) from muster.audit_entries where type = ${BackupTaken.type}) as taken,
          (select max(position) from muster.audit_entries where type = ${EpochBegun.type}) as restored,
          (select max(position) from muster.audit_entries where type = ${BackupOverdue.type}) as told
      )
      select first.recorded_at as began_at, last.recorded_at as last_at, last.position, newest.told as told_position
      from newest
      join muster.audit_entries first on first.position = 0
      left join muster.audit_entries last on last.position = greatest(newest.taken, newest.restored)
      where exists (
        select from es.subscriptions s, es.log_state l
        where s.name = ${AUDIT_ENTRIES.name} and s.version = ${AUDIT_ENTRIES.version}
          and s.position >= l.size - ${CAUGHT_UP_EVENTS})`.execute(this.database.db);
    const [row] = rows;
    if (row === undefined) return null;
    const position = row.position ?? -1;
    return {
      lastAt: row.last_at,
      from: row.last_at ?? row.began_at,
      position,
      told: (row.told_position ?? -1) > position,
    };
  }

  /** null unless the last backup is too old at `now`. An installation that is younger than a backup may be is in time. */
  async overdue(now: Date): Promise<OverdueBackup | null> {
    if (this.limitMs === 0) return null;
    const age = await this.age();
    if (age === null) return null;
    const since = new Date(age.from.getTime() + this.limitMs);
    return now < since ? null : { ...age, since, limitMs: this.limitMs };
  }
}
