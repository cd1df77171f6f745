// Stops, written inside the append's transaction, so that nothing is sent between the event and the row that says so.
import { DispatchStopped, StopLifted } from '@muster/contracts/operations';
import { sql } from 'kysely';
import type { InlineProjection } from '../../../platform/event-store/index.ts';

export const stopTable: InlineProjection = {
  types: [DispatchStopped.type, StopLifted.type],
  async apply(trx, events) {
    for (const event of events) {
      if (event.type === DispatchStopped.type) {
        const { stopId, reason } = DispatchStopped.schema.parse(event.data);
        await sql`
          insert into muster.operations_stops (stop_id, tenant_id, reason, stopped_by, began_at)
          values (${stopId}, ${event.tenantId}, ${reason}, ${event.meta.actor}, ${event.recordedAt})`.execute(trx);
      } else {
        const { stopId } = StopLifted.schema.parse(event.data);
        await sql`
          update muster.operations_stops set ended_at = ${event.recordedAt}
          where stop_id = ${stopId} and ended_at is null`.execute(trx);
      }
    }
  },
};
