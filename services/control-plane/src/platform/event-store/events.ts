// The shapes that go into the event store and come out of it.
import type { EventMeta } from '@muster/contracts/ledger';
import type { JsonObject } from '@muster/kernel/canonical-json';
import type { Transaction } from 'kysely';

export interface NewEvent {
  /** `<domain>.<ThingHappened>`, as in the catalogue. */
  type: string;
  /** Schema version of `data`. */
  version: number;
  /** Stored as canonical JSON (RFC 8785). */
  data: JsonObject;
  /** UUIDv7; made here when absent. */
  eventId?: string;
}

export interface Reservation {
  namespace: string;
  key: string;
}

export interface Append {
  /** UUID. The same id by the same actor with the same request is a replay; with another request it is refused. */
  commandId: string;
  actor: string;
  /** SHA-256 of the canonical request, 32 bytes. */
  requestHash: Uint8Array;
  tenantId: string;
  streamId: string;
  streamType: string;
  expectedVersion: number | 'any' | 'new';
  events: readonly NewEvent[];
  meta: EventMeta;
  /** Keys that only one stream of the tenant may hold. */
  reserve?: readonly Reservation[];
  release?: readonly Reservation[];
}

export interface Appended {
  streamId: string;
  fromVersion: number;
  toVersion: number;
  eventIds: string[];
  /** True when this command had been accepted before: nothing was stored now. */
  replayed: boolean;
}

/** Meta with the actor and the rest, as it was stored. `data` has been upcast to the newest schema version. */
export interface StoredEvent<Data extends JsonObject = JsonObject> {
  eventId: string;
  tenantId: string;
  streamId: string;
  streamVersion: number;
  type: string;
  /** Schema version of `data` after upcasting. */
  version: number;
  data: Data;
  meta: EventMeta;
  recordedAt: Date;
}

export interface SequencedEvent<Data extends JsonObject = JsonObject> extends StoredEvent<Data> {
  /** Dense from 0; also the Merkle leaf index. */
  position: number;
}

/** Tables are named by the caller: `trx.$extendTables<{ 'muster.bans_blocks': … }>()`. */
export type EventStoreTransaction = Transaction<unknown>;

/** Runs inside the append's transaction: for the task table and uniqueness only. Set-based, never slow. */
export interface InlineProjection {
  readonly types: readonly string[];
  apply(trx: EventStoreTransaction, events: readonly StoredEvent[]): Promise<void>;
}
