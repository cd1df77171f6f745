// Events of the catalogue, made from data that fits. Apart from the recorder, because the command line makes some too.
import type { EventDefinition } from '@muster/contracts';
import type { JsonObject } from '@muster/kernel/canonical-json';
import type { z } from 'zod';
import type { NewEvent } from '../event-store/index.ts';

export const SOFTWARE = 'muster/0.2.0';

/** An event of the catalogue with data of its schema; throws when the data does not fit. */
export function eventOf<D extends EventDefinition>(
  definition: D,
  data: z.input<D['schema']>,
  eventId?: string,
): NewEvent {
  const parsed = definition.schema.parse(data) as JsonObject;
  return { type: definition.type, version: definition.version, data: parsed, ...(eventId ? { eventId } : {}) };
}
