// From a row of es.events to an event. Content is always read from the bytes that are hashed.
import type { EventMeta } from '@muster/contracts/ledger';
import type { JsonObject } from '@muster/kernel/canonical-json';
import type { SequencedEvent, StoredEvent } from './events.ts';
import type { Upcasters } from './upcasters.ts';

/** Bytes come from PostgreSQL as hexadecimal digits; as the text that they are, they are half of that and need no decoding. */
export const EVENT_COLUMNS = `e.event_id, e.tenant_id, e.stream_id, e.stream_version, e.event_type, e.schema_version, e.recorded_at,
  convert_from(e.body, 'UTF8') as body, convert_from(e.meta, 'UTF8') as meta`;

export interface EventRow {
  event_id: string;
  tenant_id: string;
  stream_id: string;
  /** bigint as text */
  stream_version: string;
  event_type: string;
  schema_version: number;
  recorded_at: Date;
  /** JSON */
  body: string;
  meta: string;
}

export interface SequencedRow extends EventRow {
  /** bigint as text */
  position: string;
}

export function storedEvent(row: EventRow, upcasters: Upcasters): StoredEvent {
  const lifted = upcasters.lift(row.event_type, row.schema_version, JSON.parse(row.body) as JsonObject);
  return {
    eventId: row.event_id,
    tenantId: row.tenant_id,
    streamId: row.stream_id,
    streamVersion: Number(row.stream_version),
    type: row.event_type,
    version: lifted.version,
    data: lifted.data,
    meta: JSON.parse(row.meta) as EventMeta,
    recordedAt: row.recorded_at,
  };
}

export function sequencedEvent(row: SequencedRow, upcasters: Upcasters): SequencedEvent {
  return { ...storedEvent(row, upcasters), position: Number(row.position) };
}
