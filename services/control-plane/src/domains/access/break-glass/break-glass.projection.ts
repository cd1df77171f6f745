// Read model of emergency accounts.
import { BreakGlassEnded, BreakGlassOpened } from '@muster/contracts/access';
import { Logger } from '@nestjs/common';
import { sql } from 'kysely';
import type { EventStoreTransaction, SequencedEvent } from '../../../platform/event-store/index.ts';
import type { ReadModelKey, Subscription } from '../../../platform/projections/index.ts';
import type { LiveHints } from '../../../platform/realtime/live-hints.ts';

export const BREAK_GLASS: ReadModelKey = { name: 'read-model/break-glass', version: 1 };

export class BreakGlassProjection implements Subscription {
  readonly name = BREAK_GLASS.name;
  readonly version = BREAK_GLASS.version;
  readonly types = [BreakGlassOpened.type, BreakGlassEnded.type];
  readonly from = 'beginning';
  readonly #log = new Logger('BreakGlass');

  constructor(private readonly live: LiveHints) {}

  async handle(trx: EventStoreTransaction, events: readonly SequencedEvent[]): Promise<void> {
    for (const event of events) {
      if (event.type === BreakGlassOpened.type) {
        const { breakGlassId, personId, until, reason } = BreakGlassOpened.schema.parse(event.data);
        await sql`
          insert into muster.access_break_glass (break_glass_id, tenant_id, person_id, reason, opened_at, until)
          values (${breakGlassId}, ${event.tenantId}, ${personId}, ${reason}, ${event.recordedAt}, ${new Date(until)})
          on conflict do nothing`.execute(trx);
      } else {
        const { breakGlassId } = BreakGlassEnded.schema.parse(event.data);
        await sql`
          update muster.access_break_glass set ended_at = ${event.recordedAt}
          where break_glass_id = ${breakGlassId}`.execute(trx);
      }
    }
  }

  afterCommit(events: readonly SequencedEvent[]): Promise<void> {
    for (const { type, data } of events) {
      if (type !== BreakGlassOpened.type) continue;
      this.#log.warn(`the emergency account was unsealed: ${BreakGlassOpened.schema.parse(data).reason}`);
    }
    this.live.changed('fleet', events.at(-1)?.position ?? null, 'everybody');
    return Promise.resolve();
  }
}
