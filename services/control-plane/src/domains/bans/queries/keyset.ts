// Keyset pages: a cursor names the last row that was seen by time and id, so new rows on top move nothing.
import { isUuid } from '@muster/kernel/ids';
import { Refusal } from '../../../platform/errors/refusal.ts';

export interface Key {
  /** Microseconds matter: two rows of one millisecond are in order. */
  readonly at: string;
  readonly id: string;
}

export function cursorOf({ at, id }: Key): string {
  return `${at}_${id}`;
}

export function keyOf(cursor: string | undefined): Key | null {
  if (cursor === undefined) return null;
  const [at = '', id = ''] = cursor.split('_');
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(at) && isUuid(id)) return { at, id };
  const sentence = 'is not a place in this list. Start at the top';
  throw new Refusal('invalid', 'invalid', `before: ${sentence}`, { fields: [{ path: 'before', message: sentence }] });
}
