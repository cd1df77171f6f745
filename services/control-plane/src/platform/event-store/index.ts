// The event store: what other parts of the control plane may use of it.
export { AlreadyTaken, CommandReused, ConcurrencyConflict, EmptyAppend, UnstorableEvent } from './errors.ts';
export { EventStore, type EventStoreParts, type ReadAll } from './event-store.ts';
export type {
  Append,
  Appended,
  EventStoreTransaction,
  InlineProjection,
  NewEvent,
  Reservation,
  SequencedEvent,
  StoredEvent,
} from './events.ts';
export { APPENDED, InProcessHintBus, SEQUENCED, type HintBus } from './hint-bus.ts';
export { LogTail } from './log-tail.ts';
export { Upcasters, type Upcaster } from './upcasters.ts';
export { WakeUp } from './wake-up.ts';
