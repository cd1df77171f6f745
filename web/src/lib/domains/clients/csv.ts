// A list as spreadsheets and other systems write it: commas or semicolons, quotes doubled inside quotes, the first line
// naming the columns. Columns that are not ours are named, never silently left out.
import { IMPORT_COLUMNS, type ImportRow } from '@muster/contracts/clients';

export interface ReadList {
  readonly rows: readonly ImportRow[];
  /** Columns of the list that an import does not know. */
  readonly unknown: readonly string[];
  /** Why nothing can be read, in a sentence; null when it can. */
  readonly problem: string | null;
}

const EMPTY: ImportRow = { kind: '', ref: '', name: '', client: '', domain: '', server: '', email: '', role: '' };
type Column = (typeof IMPORT_COLUMNS)[number];
const isColumn = (name: string): name is Column => (IMPORT_COLUMNS as readonly string[]).includes(name);

export function readCsv(text: string): ReadList {
  const records = recordsOf(text.replace(/^\uFEFF/, ''));
  const [first, ...others] = records;
  const head = first?.cells;
  if (head === undefined) return { rows: [], unknown: [], problem: 'There is no line in it' };
  const columns = head.map((name) => name.trim().toLowerCase());
  if (!columns.includes('kind') || !columns.includes('ref')) {
    const problem = `The first line names the columns; kind and ref must be among them: ${IMPORT_COLUMNS.join(', ')}`;
    return { rows: [], unknown: [], problem };
  }
  const rows = others.map(({ line, cells }) => {
    const row: ImportRow = { ...EMPTY, line };
    for (const [index, name] of columns.entries()) if (isColumn(name)) row[name] = (cells[index] ?? '').trim();
    return row;
  });
  return { rows, unknown: columns.filter((name) => name !== '' && !isColumn(name)), problem: null };
}

interface CsvRecord {
  /** Line of the file on which it begins: cells with line ends of their own reach over several. */
  readonly line: number;
  readonly cells: readonly string[];
}

function recordsOf(text: string): CsvRecord[] {
  const separator = separatorOf(text);
  const records: CsvRecord[] = [];
  let line = 1;
  let began = 1;
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  const endCell = () => {
    cells.push(cell);
    cell = '';
  };
  const endRecord = () => {
    endCell();
    if (cells.some((one) => one.trim() !== '')) records.push({ line: began, cells });
    cells = [];
    began = line;
  };
  for (let at = 0; at < text.length; at++) {
    const sign = text.charAt(at);
    if (sign === '\n') line++;
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (text.charAt(at + 1) === '"') {
        cell += '"';
        at++;
      } else quoted = false;
    } else if (sign === '"' && cell === '') quoted = true;
    else if (sign === separator) endCell();
    else if (sign === '\n') endRecord();
    else if (sign !== '\r') cell += sign;
  }
  endRecord();
  return records;
}

function separatorOf(text: string): string {
  const head = text.slice(0, text.includes('\n') ? text.indexOf('\n') : undefined);
  return head.split(';').length > head.split(',').length ? ';' : ',';
}
