// Events as the log would give them, for specs.
import type { EventDefinition } from '@muster/contracts';
import type { EventMeta } from '@muster/contracts/ledger';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import type { z } from 'zod';
import { eventOf } from '../../cqrs/event-of.ts';
import type { SequencedEvent } from '../index.ts';

export const START = new Date('2026-11-20T02:00:00.000Z');
let position = 0;

export const metaOfSpec = (actor = newId(), actorKind: EventMeta['actorKind'] = 'person'): EventMeta => ({
  v: 1,
  actor,
  actorKind,
  software: 'spec',
  correlation: newId(),
  tenant: DEFAULT_TENANT,
});

/** Each a second after the one before, in a stream of its own. */
export function happened<D extends EventDefinition>(definition: D, data: z.input<D['schema']>): SequencedEvent {
  const { type, version, data: parsed } = eventOf(definition, data);
  position++;
  return {
    eventId: newId(),
    tenantId: DEFAULT_TENANT,
    streamId: newId(),
    streamVersion: 1,
    type,
    version,
    data: parsed,
    meta: metaOfSpec(),
    recordedAt: new Date(START.getTime() + position * 1000),
    position,
  };
}
