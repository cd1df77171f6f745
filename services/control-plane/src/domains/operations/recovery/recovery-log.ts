// Appends what a restore makes known. `once` names the append within its hold, so that a server that shows its journal twice
// adds nothing.
import type { EventDefinition } from '@muster/contracts';
import type { EventMeta } from '@muster/contracts/ledger';
import { sha256 } from '@muster/kernel/hashing';
import { derivedId } from '@muster/kernel/ids';
import { utf8 } from '@muster/kernel/bytes';
import type { z } from 'zod';
import { eventOf, SOFTWARE } from '../../../platform/cqrs/event-of.ts';
import type { EventStore } from '../../../platform/event-store/index.ts';

export const recoveryStream = (holdId: string) => `recovery-${holdId}`;

export interface RecoveryActor {
  readonly actor: string;
  readonly actorKind: EventMeta['actorKind'];
}

export async function recordRecovery<D extends EventDefinition>(
  store: EventStore,
  hold: { readonly holdId: string; readonly tenantId: string },
  definition: D,
  data: z.input<D['schema']>,
  once: readonly string[],
  by: RecoveryActor,
): Promise<void> {
  const name = [definition.type, hold.holdId, ...once];
  await store.append({
    commandId: derivedId(...name),
    actor: by.actor,
    requestHash: sha256(utf8(name.join(' '))),
    tenantId: hold.tenantId,
    streamId: recoveryStream(hold.holdId),
    streamType: 'recovery',
    expectedVersion: 'any',
    events: [eventOf(definition, data)],
    meta: { v: 1, ...by, software: SOFTWARE, correlation: hold.holdId, tenant: hold.tenantId },
  });
}
