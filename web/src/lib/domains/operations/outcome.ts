// An operation's state in words, strokes and counts.
import { finalTaskStates, type OperationRow, type TaskRow, type TaskState } from '@muster/contracts/operations';
import { taskLooks } from '../../messages/en/states.ts';
import { counted, listed } from '../../platform/quantities.ts';
import type { GlyphName } from '../../ui/glyphs/shapes.ts';
import type { Mark } from '../../ui/tally.ts';

export type Counts = OperationRow['counts'];

/** Worst first, as they are listed. */
const ORDER: readonly TaskState[] = [
  'failed',
  'expired',
  'unknown',
  'waiting',
  'running',
  'accepted',
  'released',
  'requested',
  'cancelled',
  'succeeded',
];

export function countsList(counts: Counts): { state: TaskState; count: number }[] {
  return ORDER.map((state) => ({ state, count: counts[state] ?? 0 })).filter(({ count }) => count > 0);
}

export function operationMarks(counts: Counts): Mark[] {
  return [...ORDER]
    .reverse()
    .flatMap((state) => Array.from({ length: counts[state] ?? 0 }, () => taskLooks[state].mark));
}

export interface Outcome {
  readonly glyph: GlyphName;
  readonly words: string;
  readonly loud: boolean;
}

/** Tasks of an operation: one per server, or several steps on one. */
export function taskTotal(operation: Pick<OperationRow, 'counts' | 'servers'>): number {
  const known = ORDER.reduce((sum, state) => sum + (operation.counts[state] ?? 0), 0);
  return Math.max(operation.servers, known);
}

/** "5 of 5 enforced", of what enforces nothing "5 of 5 done", "38 of 40, 2 wait", "3 of 5, 2 failed". */
export function outcomeOf(operation: Pick<OperationRow, 'kind' | 'counts' | 'servers' | 'state'>): Outcome {
  const { counts } = operation;
  const servers = taskTotal(operation);
  const done = counts.succeeded ?? 0;
  const bad = (counts.failed ?? 0) + (counts.expired ?? 0);
  const unknown = counts.unknown ?? 0;
  const waiting = counts.waiting ?? 0;
  const cancelled = counts.cancelled ?? 0;
  const open = servers - done - bad - cancelled;
  const base = `${done} of ${servers}`;
  if (servers === 0) return { glyph: 'held', words: 'no server to reach', loud: false };
  if (bad > 0) return { glyph: 'fail', words: `${base}, ${bad} failed`, loud: true };
  if (unknown > 0) return { glyph: 'unknown', words: `${base}, ${unknown} not known`, loud: true };
  if (done === servers) {
    const did = operation.kind.startsWith('bans.') ? 'enforced' : 'done';
    return { glyph: 'ok', words: `${base} ${did}`, loud: false };
  }
  if (open === 0) return { glyph: 'held', words: `${base}, ${cancelled} cancelled`, loud: false };
  if (waiting > 0 && waiting === open)
    return { glyph: 'wait', words: `${base}, ${waiting} ${waiting === 1 ? 'waits' : 'wait'}`, loud: false };
  return { glyph: 'run', words: `${base}, ${open} under way`, loud: false };
}

export function isFinal(state: TaskState): boolean {
  return finalTaskStates.includes(state);
}

/** The sentence under an operation's title. */
export function outcomeSentence(
  operation: Pick<OperationRow, 'counts' | 'servers' | 'state' | 'cancelRequested' | 'finishedAt'>,
  tasks: readonly TaskRow[],
): string {
  const named = (states: readonly TaskState[]): string[] =>
    tasks.filter((task) => states.includes(task.state)).map((task) => task.serverName);
  const bad = named(['failed', 'expired']);
  const waits = named(['waiting']);
  const unknown = named(['unknown']);
  const parts: string[] = [];
  const done = operation.counts.succeeded ?? 0;
  const total = taskTotal(operation);
  const steps = total > operation.servers;
  if (done === total && done > 0)
    parts.push(`${counted(operation.servers, 'server')} did it and signed a receipt${steps ? ' for each step' : ''}.`);
  else
    parts.push(steps ? `${done} of ${counted(total, 'step')} done.` : `${done} of ${counted(total, 'server')} did it.`);
  if (bad.length > 0) parts.push(`${listed(bad)} could not.`);
  if (unknown.length > 0) {
    const asked = unknown.length === 1 ? 'it is asked' : 'they are asked';
    const why = operation.finishedAt === null ? asked : 'nobody is left to ask';
    parts.push(`What ${listed(unknown)} holds is not known; ${why}.`);
  }
  if (waits.length > 0)
    parts.push(
      `${listed(waits)} ${waits.length === 1 ? 'is silent and takes it when it answers' : 'are silent and take it when they answer'}.`,
    );
  if (operation.cancelRequested) parts.push('The rest was cancelled.');
  return parts.join(' ');
}
