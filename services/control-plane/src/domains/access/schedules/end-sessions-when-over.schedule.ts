// A session that ran out ends by itself: its sockets close, and the ledger says when and why.
import { Inject, Injectable } from '@nestjs/common';
import { Schedule } from '../../../platform/schedules/schedule.ts';
import { Sessions } from '../sessions.ts';

@Injectable()
export class EndSessionsWhenOver extends Schedule {
  protected readonly everyMs = 3000;

  constructor(@Inject(Sessions) private readonly sessions: Sessions) {
    super();
  }

  run(): Promise<void> {
    return this.sessions.endWhatIsOver();
  }
}
