// A place in a list of rows that are ordered by a word and an id: `<word>_<id>`.
import { isUuid } from '@muster/kernel/ids';
import { Refusal } from '../../../platform/errors/refusal.ts';

export interface PlaceInList {
  readonly at: string;
  readonly id: string;
}

export const cursorOf = ({ at, id }: PlaceInList): string => `${at}_${id}`;

export function placeOf(cursor: string | undefined, shape: RegExp): PlaceInList | null {
  if (cursor === undefined) return null;
  const [at = '', id = ''] = cursor.split('_');
  if (shape.test(at) && isUuid(id)) return { at, id };
  const sentence = 'is not a place in this list. Start at the top';
  throw new Refusal('invalid', 'invalid', `after: ${sentence}`, { fields: [{ path: 'after', message: sentence }] });
}
