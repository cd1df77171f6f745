// Rows of a live table. New ones enter on top, unless somebody reads: then they wait and are counted. Nothing under
// the pointer ever moves.

export interface LiveRows<Row> {
  readonly shown: readonly Row[];
  /** Arrived while paused, newest first. */
  readonly waiting: readonly Row[];
  /** Ids that entered last: they carry the tint. */
  readonly fresh: ReadonlySet<string>;
}

interface Identified {
  readonly id: string;
}

export function noRows<Row>(): LiveRows<Row> {
  return { shown: [], waiting: [], fresh: new Set() };
}

/** Takes the newest page of the log, newest first. */
export function arrive<Row extends Identified>(
  rows: LiveRows<Row>,
  newest: readonly Row[],
  paused: boolean,
): LiveRows<Row> {
  const first = rows.shown.length === 0 && rows.waiting.length === 0;
  if (first) return { shown: newest, waiting: [], fresh: new Set() };
  const known = new Set([...rows.shown, ...rows.waiting].map((row) => row.id));
  const overlap = newest.findIndex((row) => known.has(row.id));
  // Nothing of the page is known: more arrived than a page holds, so the rows below would hide a hole.
  const newer = overlap < 0 ? newest : newest.slice(0, overlap);
  const changed = new Map(newest.filter((row) => known.has(row.id)).map((row) => [row.id, row]));
  const renew = (row: Row): Row => changed.get(row.id) ?? row;
  if (paused) return { ...rows, shown: rows.shown.map(renew), waiting: [...newer, ...rows.waiting.map(renew)] };
  const kept = overlap < 0 ? [] : [...rows.waiting, ...rows.shown].map(renew);
  return { shown: [...newer, ...kept], waiting: [], fresh: new Set(newer.map((row) => row.id)) };
}

/** The reader goes on: what waited enters. */
export function resume<Row extends Identified>(rows: LiveRows<Row>): LiveRows<Row> {
  if (rows.waiting.length === 0) return rows;
  return { shown: [...rows.waiting, ...rows.shown], waiting: [], fresh: new Set(rows.waiting.map((row) => row.id)) };
}

/** Older rows from "Older". */
export function append<Row extends Identified>(rows: LiveRows<Row>, older: readonly Row[]): LiveRows<Row> {
  const known = new Set(rows.shown.map((row) => row.id));
  return { ...rows, shown: [...rows.shown, ...older.filter((row) => !known.has(row.id))] };
}
