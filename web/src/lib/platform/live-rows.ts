// Rows of a live table. New ones enter where they belong, unless somebody reads: then they wait and are counted. Nothing
// under the pointer ever moves.

/** `Cursor` is what asks for the rows below a page. */
export interface LiveRows<Row, Cursor = string> {
  readonly shown: readonly Row[];
  /** Arrived while paused, newest first. */
  readonly waiting: readonly Row[];
  /** Ids that entered last: they carry the tint. */
  readonly fresh: ReadonlySet<string>;
  /** What is shown once nobody reads: both, in the log's own order. */
  readonly whole: readonly Row[];
  /** Where the rows below begin; null when there are none. */
  readonly next: Cursor | null;
}

interface Identified {
  readonly id: string;
}

/** A page of the log, newest first. */
interface Page<Row, Cursor> {
  readonly rows: readonly Row[];
  readonly next: Cursor | null;
}

export function noRows<Row, Cursor = string>(): LiveRows<Row, Cursor> {
  return { shown: [], waiting: [], fresh: new Set(), whole: [], next: null };
}

/**
 * Takes the newest page. A row may arrive late and belong below others that are known: servers tell when they can, and
 * what happened in the same second has no order. So the page is believed as it is, not only its top.
 */
export function arrive<Row extends Identified, Cursor>(
  rows: LiveRows<Row, Cursor>,
  page: Page<Row, Cursor>,
  paused: boolean,
): LiveRows<Row, Cursor> {
  if (rows.whole.length === 0) return { ...noRows<Row, Cursor>(), shown: page.rows, whole: page.rows, next: page.next };
  const known = idsOf(rows.whole);
  const arrived = page.rows.filter((row) => !known.has(row.id));
  // Nothing of the page is known: more arrived than a page holds, so the rows below would hide a hole.
  const startedOver = arrived.length === page.rows.length;
  const whole = startedOver ? page.rows : [...page.rows, ...without(rows.whole, page.rows)];
  const next = startedOver ? page.next : rows.next;
  if (!paused) return { shown: whole, waiting: [], fresh: idsOf(arrived), whole, next };
  const newest = new Map(page.rows.map((row) => [row.id, row]));
  const shown = rows.shown.map((row) => newest.get(row.id) ?? row);
  return { ...rows, shown, waiting: without(whole, shown), whole, next };
}

/** The reader goes on: what waited enters. */
export function resume<Row extends Identified, Cursor>(rows: LiveRows<Row, Cursor>): LiveRows<Row, Cursor> {
  if (rows.waiting.length === 0) return rows;
  return { ...rows, shown: rows.whole, waiting: [], fresh: idsOf(rows.waiting) };
}

/** Older rows from "Older"; what waits enters too, because they may belong below it. */
export function append<Row extends Identified, Cursor>(
  rows: LiveRows<Row, Cursor>,
  older: Page<Row, Cursor>,
): LiveRows<Row, Cursor> {
  const whole = [...rows.whole, ...without(older.rows, rows.whole)];
  return { ...resume(rows), shown: whole, whole, next: older.next };
}

const idsOf = (rows: readonly Identified[]): ReadonlySet<string> => new Set(rows.map((row) => row.id));

function without<Row extends Identified>(rows: readonly Row[], these: readonly Identified[]): Row[] {
  const ids = idsOf(these);
  return rows.filter((row) => !ids.has(row.id));
}
