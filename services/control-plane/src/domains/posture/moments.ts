// Which rows stood at a moment. No moment is now.
import { sql, type RawBuilder } from 'kysely';

/** `table` is the alias of a table of rows with `from_at` and `to_at`. */
export function standing(table: string, at: Date | null): RawBuilder<unknown> {
  const [from, to] = [sql.ref(`${table}.from_at`), sql.ref(`${table}.to_at`)];
  return at === null ? sql`${to} is null` : sql`${from} <= ${at} and (${to} is null or ${to} > ${at})`;
}
