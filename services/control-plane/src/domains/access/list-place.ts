// Where a page of a list ends and the next begins. These lists are ordered by times and then by id; a time is its seconds
// since 1970 as PostgreSQL writes them, so that every microsecond counts, and one that never comes is Infinity.
import { isUuid } from '@muster/kernel/ids';
import { sql, type RawBuilder } from 'kysely';
import { Refusal } from '../../platform/errors/refusal.ts';

const SECONDS = /^-?(Infinity|\d{1,12}(\.\d{1,6})?)$/;

/** `order`: times as numbers, ascending, as many as `times`. `id`: the column that tells equal ones apart. */
export interface ListOrder {
  readonly order: RawBuilder<unknown>;
  readonly times: number;
  readonly id: RawBuilder<unknown>;
}

/** A condition that leaves out what was shown already; throws Refusal for what is no place of such a list. */
export function beyond({ order, times, id }: ListOrder, after: string | undefined): RawBuilder<unknown> {
  if (after === undefined) return sql`true`;
  const parts = after.split('_');
  const last = parts.pop() ?? '';
  if (parts.length !== times || !parts.every((part) => SECONDS.test(part)) || !isUuid(last)) {
    const message = 'is not a place in this list. Start at the top';
    throw new Refusal('invalid', 'invalid', `after: ${message}`, { fields: [{ path: 'after', message }] });
  }
  const place = sql.join(parts.map((part) => sql`${part}::numeric`));
  return sql`(${order}, ${id}) > (${place}, ${last}::uuid)`;
}

/** Of rows that were read one further than asked: the page, and where the next begins. */
export function cut<Row extends { readonly at: readonly string[] }>(
  rows: readonly Row[],
  limit: number,
  idOf: (row: Row) => string,
): { page: Row[]; next: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { page, next: rows.length > limit && last ? [...last.at, idOf(last)].join('_') : null };
}
