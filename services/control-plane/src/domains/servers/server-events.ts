// How the servers domain names its streams and writes facts that nobody asked for.
import type { EventMeta } from '@muster/contracts/ledger';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { sha256 } from '@muster/kernel/hashing';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import { SOFTWARE } from '../../platform/cqrs/recorder.ts';
import type { Append, Appended, EventStore, NewEvent } from '../../platform/event-store/index.ts';

export const serverStream = (serverId: string) => `server-${serverId}`;
export const groupStream = (groupId: string) => `group-${groupId}`;
export const enrolmentStream = (enrolmentId: string) => `enrolment-${enrolmentId}`;

/** An observation by Muster itself or said by an agent; `commandId` makes a repeat a replay. */
export function recordFact(
  store: EventStore,
  fact: {
    readonly streamId: string;
    readonly streamType: string;
    readonly event: NewEvent;
    readonly actor: string;
    readonly actorKind: EventMeta['actorKind'];
    readonly tenantId?: string;
    readonly commandId?: string;
    readonly causation?: string;
    readonly reserve?: Append['reserve'];
  },
): Promise<Appended> {
  const tenantId = fact.tenantId ?? DEFAULT_TENANT;
  return store.append({
    commandId: fact.commandId ?? newId(),
    actor: fact.actor,
    requestHash: sha256(canonicalBytes([fact.event.type, fact.event.data])),
    tenantId,
    streamId: fact.streamId,
    streamType: fact.streamType,
    expectedVersion: 'any',
    events: [fact.event],
    ...(fact.reserve ? { reserve: fact.reserve } : {}),
    meta: {
      v: 1,
      actor: fact.actor,
      actorKind: fact.actorKind,
      software: SOFTWARE,
      correlation: newId(),
      tenant: tenantId,
      ...(fact.causation ? { causation: fact.causation } : {}),
    },
  });
}
