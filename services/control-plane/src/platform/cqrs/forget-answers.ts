// A repeat of a command gets the first answer for a week; after that nobody's retry is on its way any more.
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { SYSTEM_DATABASE, type Connection } from '../database/database.ts';
import { Schedule } from '../schedules/schedule.ts';

const KEPT_DAYS = 7;

@Injectable()
export class ForgetAnswers extends Schedule {
  protected readonly everyMs = 3_600_000;

  constructor(@Inject(SYSTEM_DATABASE) private readonly database: Connection) {
    super();
  }

  async run(now: Date): Promise<void> {
    const before = new Date(now.getTime() - KEPT_DAYS * 24 * 3_600_000);
    await sql`delete from muster.platform_commands where answered_at < ${before}`.execute(this.database.db);
  }
}
