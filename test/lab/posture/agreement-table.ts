// The table of docs/guides/lynis.md: a row for each check and test of Lynis that it names, with what both said of the hardened and
// of the weak server. The reasons why they differ are written by hand, and kept when the table is made again.
import { checks } from '@muster/posture/checks';

/** What we say and what Lynis says: `pass / silent`. */
export type Said = `${string} / ${'silent' | 'speaks' | 'not run'}`;

export interface Row {
  readonly check: string;
  /** Of Lynis, as AUTH-9204. */
  readonly test: string;
  readonly hardened: Said;
  readonly weak: Said;
  /** '' where they agree both times, and mean the same by it. */
  readonly why: string;
}

/** Each check with each test of Lynis that it names. */
export const PAIRS = checks.flatMap(({ id, title, maps }) =>
  maps.filter((one) => /^[A-Z]{3,4}-\d{4}$/.test(one)).map((test) => ({ check: id, title, test })),
);

const AGREE: readonly Said[] = ['pass / silent', 'not applicable / silent', 'fail / speaks'];

/** By their words: of what, a person has to read. */
export const agrees = ({ hardened, weak }: Pick<Row, 'hardened' | 'weak'>): boolean =>
  AGREE.includes(hardened) && AGREE.includes(weak);

export const agreeing = (rows: readonly Row[]): Row[] => rows.filter((row) => agrees(row) && row.why === '');

const ROW = /^\| \[(\S+)\]\(\S+\) .*? \| (\S+) +\| (.*?) +\| (.*?) +\| (.*?) *\|$/;

/** The rows of the guide as it stands. */
export const rowsOf = (guide: string): Row[] =>
  guide.split('\n').flatMap((line) => {
    const [, check, test, hardened, weak, why = ''] = ROW.exec(line) ?? [];
    return check === undefined || test === undefined
      ? []
      : [{ check, test, hardened: hardened as Said, weak: weak as Said, why }];
  });

/** The guide with other rows, and the sentence that counts them. */
export function withRows(guide: string, rows: readonly Row[]): string {
  const titles = new Map(PAIRS.map(({ check, title }) => [check, title]));
  const lines = rows.map(({ check, test, hardened, weak, why }) =>
    ['', `[${check}](../reference/checks.md) ${titles.get(check)}`, test, hardened, weak, why, ''].join(' | ').trim(),
  );
  return guide
    .replace(/for the \d+ pairs/, `for the ${rows.length} pairs`)
    .replace(/\d+ of \d+ pairs\s+agree both times/, `${agreeing(rows).length} of ${rows.length} pairs agree both times`)
    .replace(/(?<=^\| -[-| ]*\|\n)(?:\|.*\n)*/m, `${lines.join('\n')}\n`);
}
