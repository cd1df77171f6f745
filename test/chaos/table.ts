// The table at the end of a run: a row per fault, over all the times it struck.
import type { Outcome } from './storm.ts';

export function tableOf(outcomes: readonly Outcome[]): string {
  const header = [
    'fault',
    'times',
    'actions',
    'sent again',
    'recovered (median, worst)',
    'excused',
    'unfinished',
    'failed',
    'lost',
    'doubled',
    'ledger',
  ];
  const byFault = Map.groupBy(outcomes, (outcome) => outcome.fault);
  const rows = [...byFault].map(([fault, all]) => rowOf(fault, all));
  const total = rowOf('all', outcomes);
  const widths = header.map((title, column) =>
    Math.max(title.length, ...[...rows, total].map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return [line(header), ...rows.map(line), line(total)].join('\n');
}

function rowOf(name: string, outcomes: readonly Outcome[]): string[] {
  const sum = (count: (outcome: Outcome) => number): string =>
    String(outcomes.reduce((total, outcome) => total + count(outcome), 0));
  const times = outcomes
    .flatMap(({ recoveredMs }) => (recoveredMs === undefined ? [] : [recoveredMs]))
    .toSorted((a, b) => a - b);
  const seconds = (ms: number | undefined): string => (ms === undefined ? 'never' : `${(ms / 1000).toFixed(1)} s`);
  const worst = times.length < outcomes.length ? undefined : times.at(-1);
  return [
    name,
    String(outcomes.length),
    sum((outcome) => outcome.actions),
    sum((outcome) => outcome.repeats),
    `${seconds(times[Math.floor(times.length / 2)])}, ${seconds(worst)}`,
    sum((outcome) => outcome.excused),
    // What was found once stays found: the newest look tells all.
    String(outcomes.at(-1)?.findings.unfinished.length ?? 0),
    String(outcomes.at(-1)?.findings.failed.length ?? 0),
    String(outcomes.at(-1)?.findings.lost.length ?? 0),
    String(outcomes.at(-1)?.findings.doubled.length ?? 0),
    String(outcomes.at(-1)?.findings.ledger.length ?? 0),
  ];
}
