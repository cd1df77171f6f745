// An emergency account ends by itself. Its grant stops counting by the clock; here its sessions and whatever opened it go
// as well, and the ledger says so.
import { BreakGlassEnded } from '@muster/contracts/access';
import { derivedId } from '@muster/kernel/ids';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { newContext } from '../../../platform/cqrs/principal.ts';
import { eventOf, Recorder, systemPrincipal } from '../../../platform/cqrs/recorder.ts';
import { SYSTEM_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { Schedule } from '../../../platform/schedules/schedule.ts';
import { Departures } from '../grants/departures.ts';
import { Sessions } from '../sessions.ts';

const ACTOR = 'access.break-glass-ends';

@Injectable()
export class EndBreakGlass extends Schedule {
  protected readonly everyMs = 1000;

  constructor(
    @Inject(SYSTEM_DATABASE) private readonly database: Connection,
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(Departures) private readonly departures: Departures,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {
    super();
  }

  async run(now: Date): Promise<void> {
    const { rows } = await sql<{ break_glass_id: string; person_id: string; tenant_id: string }>`
      select break_glass_id, person_id, tenant_id from muster.access_break_glass
      where ended_at is null and until <= ${now}`.execute(this.database.db);
    for (const { break_glass_id: breakGlassId, person_id: personId, tenant_id: tenantId } of rows) {
      const context = newContext(systemPrincipal('schedule', ACTOR, tenantId), {
        commandId: derivedId(ACTOR, breakGlassId),
      });
      await this.departures.forgetSecrets(personId);
      const ended = await this.sessions.endAll(personId, 'over', context);
      await this.recorder.record(context, {
        streamId: `person-${personId}`,
        streamType: 'person',
        expectedVersion: 'any',
        events: [eventOf(BreakGlassEnded, { breakGlassId, personId, sessions: ended.length })],
      });
    }
  }
}
