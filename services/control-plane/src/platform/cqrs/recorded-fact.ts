// Facts that Muster itself establishes, or that an agent says: events without a person behind them.
import type { EventMeta } from '@muster/contracts/ledger';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { sha256 } from '@muster/kernel/hashing';
import { newId } from '@muster/kernel/ids';
import { SOFTWARE } from './event-of.ts';
import type { Append, Appended, EventStore, NewEvent } from '../event-store/index.ts';

export interface Fact {
  readonly streamId: string;
  readonly streamType: string;
  readonly expectedVersion?: Append['expectedVersion'];
  readonly events: readonly NewEvent[];
  readonly actor: string;
  readonly actorKind: EventMeta['actorKind'];
  readonly tenantId: string;
  /** Derived from what makes it necessary, so that a repeat is a replay. */
  readonly commandId: string;
}

export function recordFact(store: EventStore, fact: Fact): Promise<Appended> {
  const { streamId, streamType, expectedVersion = 'any', events, actor, actorKind, tenantId, commandId } = fact;
  return store.append({
    commandId,
    actor,
    requestHash: sha256(canonicalBytes([actor, commandId])),
    tenantId,
    streamId,
    streamType,
    expectedVersion,
    events,
    meta: { v: 1, actor, actorKind, software: SOFTWARE, correlation: newId(), tenant: tenantId },
  });
}
