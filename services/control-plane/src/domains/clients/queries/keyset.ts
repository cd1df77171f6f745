// A cursor of two words: a name or a time, and the id that tells equal ones apart.
import { timestamp } from '@muster/contracts';
import { Refusal } from '../../../platform/errors/refusal.ts';

export const cursorOf = (name: string, id: string): string => JSON.stringify([name, id]);

/** `by`: what the first word is. */
export function readCursor(text: string, by: 'name' | 'time' = 'name'): readonly [first: string, id: string] {
  try {
    const cursor: unknown = JSON.parse(text);
    if (
      Array.isArray(cursor) &&
      typeof cursor[0] === 'string' &&
      typeof cursor[1] === 'string' &&
      UUID.test(cursor[1])
    ) {
      if (by === 'name' || timestamp.safeParse(cursor[0]).success) return [cursor[0], cursor[1]];
    }
  } catch {
    // Falls through to the sentence below.
  }
  throw new Refusal('invalid', 'invalid', 'That is not a cursor of this list');
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** For ilike; its own signs are taken literally. */
export const containing = (text: string) => `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;
