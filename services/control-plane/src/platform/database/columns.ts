// Many rows in one statement: each column is one parameter, an array.
import { sql, type RawBuilder } from 'kysely';
import { BIGINT, binaryArray, BOOLEAN, ID, INSTANT, STRING, type Element } from './binary-array.ts';

/** An array of PostgreSQL; null is NULL. */
export type Column = RawBuilder<unknown>;

export const bigints = columnOf(BIGINT);
export const booleans = columnOf(BOOLEAN);
export const texts = columnOf(STRING);
export const timestamps = columnOf(INSTANT);
export const uuids = columnOf(ID);

function columnOf<Value>(element: Element<Value>): (values: readonly (Value | null)[]) => Column {
  const type = sql.raw(`${element.type}[]`);
  return (values) => sql`${binaryArray(element, values)}::${type}`;
}

/** `insert into table (…) select …`, to go on with what is to be done about conflicts. All columns are of one length. */
export function insertColumns(table: string, columns: Readonly<Record<string, Column>>): RawBuilder<unknown> {
  const names = Object.keys(columns).map((name) => sql.ref(name));
  // Side by side in the list, arrays are taken apart row by row; in FROM, PostgreSQL makes a copy of each of them first.
  const values = Object.values(columns).map((column) => sql`unnest(${column})`);
  return sql`insert into ${sql.table(table)} (${sql.join(names)}) select ${sql.join(values)}`;
}
