// A past moment in a question: which rows stood then. No moment is now.
import { Refusal } from '../../platform/errors/refusal.ts';
import { sql, type RawBuilder } from 'kysely';

/** `table` is the alias of a table of rows with `from_at` and `to_at`. */
export function standing(table: string, at: Date | null): RawBuilder<unknown> {
  const [from, to] = [sql.ref(`${table}.from_at`), sql.ref(`${table}.to_at`)];
  return at === null ? sql`${to} is null` : sql`${from} <= ${at} and (${to} is null or ${to} > ${at})`;
}

/** What was asked for as a moment. One in the future is refused: nobody knows it. */
export function momentOf(at: string | undefined, now: Date): Date | null {
  if (at === undefined) return null;
  const moment = new Date(at);
  if (moment <= now) return moment;
  const message = 'is in the future. Ask for a moment that has been';
  throw new Refusal('invalid', 'invalid', `at: ${message}`, { fields: [{ path: 'at', message }] });
}
