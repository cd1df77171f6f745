// A subscription reads the log in order, by position, and remembers how far it came: projections write tables, policies
// append, relays hand over. Nobody reads the log in another way.
import type { EventStoreTransaction, SequencedEvent } from '../event-store/index.ts';

export interface Subscription {
  /** Together with `version` the key of its checkpoint. */
  readonly name: string;
  /** A new version starts anew, beside the old one, in tables of its own (rebuild.ts). */
  readonly version: number;
  readonly types: readonly string[] | 'all';
  /** Where a first start begins. Policies begin now: they must never act on the past. */
  readonly from: 'beginning' | 'now';
  /** Events handed over at once; 500 when absent. */
  readonly batch?: number;
  /**
   * What can be made of events before their transaction begins, and from nothing but them: a rebuild has it made while the
   * batch before is being written. What it throws is thrown away; `handle` then does without.
   */
  prepare?(events: readonly SequencedEvent[]): unknown;
  /**
   * Runs in the transaction that moves the checkpoint. What it appends to the event store is outside of that
   * transaction, so a policy's command id must be derived from the event's id: a repeat is then a replay.
   * `prepared` is what `prepare` made of the same events; it may be missing.
   */
  handle(trx: EventStoreTransaction, events: readonly SequencedEvent[], prepared?: unknown): Promise<void>;
  /** For hints only: it may be missed when the process dies, and it may not fail the subscription. */
  afterCommit?(events: readonly SequencedEvent[]): Promise<void>;
}

export interface SubscriptionState {
  name: string;
  version: number;
  /** Last position that was handled; -1 before the first. */
  position: number;
  status: 'running' | 'paused';
  failedPosition: number | null;
  failure: string | null;
  updatedAt: Date;
}
