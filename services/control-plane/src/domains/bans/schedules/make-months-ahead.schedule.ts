// The ban log's partitions are made before their month begins.
import { Inject, Injectable } from '@nestjs/common';
import { BanLogMonths } from '../ban-log-months.ts';
import { Schedule } from '../../../platform/schedules/schedule.ts';

@Injectable()
export class MakeMonthsAhead extends Schedule {
  protected readonly everyMs = 6 * 3600 * 1000;

  constructor(@Inject(BanLogMonths) private readonly months: BanLogMonths) {
    super();
  }

  run(now: Date): Promise<void> {
    return this.months.ensureAhead(now);
  }
}
