// What "live" means on a page, as pure decisions: a beat keeps it live, 10 s without one turn the mark, 30 s raise the
// band. A topic's cursor tells a hint that continues it from one that skipped something.

export const LATE_AFTER_MS = 10_000;
export const STALE_AFTER_MS = 30_000;

export type Liveness = 'connecting' | 'live' | 'late' | 'stale';

export interface Line {
  /** When the last beat arrived; null before the first. */
  readonly lastBeatAt: number | null;
  readonly openedAt: number;
  readonly connected: boolean;
  /** Attempts since the line was lost. */
  readonly tries: number;
}

export function openLine(now: number): Line {
  return { lastBeatAt: null, openedAt: now, connected: false, tries: 0 };
}

export type LineEvent = { kind: 'beat'; at: number } | { kind: 'lost'; at: number } | { kind: 'try'; at: number };

export function evolveLine(line: Line, event: LineEvent): Line {
  switch (event.kind) {
    case 'beat':
      return { ...line, lastBeatAt: event.at, connected: true, tries: 0 };
    case 'lost':
      return { ...line, connected: false };
    case 'try':
      return { ...line, tries: line.tries + 1 };
  }
}

export function livenessAt(line: Line, now: number): Liveness {
  const silent = now - (line.lastBeatAt ?? line.openedAt);
  if (silent >= STALE_AFTER_MS) return 'stale';
  if (silent >= LATE_AFTER_MS) return 'late';
  return line.lastBeatAt === null ? 'connecting' : 'live';
}

export function silentSeconds(line: Line, now: number): number {
  return Math.max(0, Math.floor((now - (line.lastBeatAt ?? line.openedAt)) / 1000));
}

const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'];

/** "third try", "14th try". */
export function tryInWords(tries: number): string {
  if (tries < 1) return 'first try';
  const word = ORDINALS[tries - 1];
  if (word !== undefined) return `${word} try`;
  const lastTwo = tries % 100;
  const ending = lastTwo > 10 && lastTwo < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][tries % 10] ?? 'th');
  return `${tries}${ending} try`;
}

/** How far a page has followed a topic, in one life of the control plane. */
export interface Cursor {
  readonly epoch: string;
  readonly revision: number;
}

export interface Step {
  readonly epoch: string;
  readonly prev: number;
  readonly revision: number;
}

/** `old`: known already. `next`: continues what we have. `gap`: something was missed, ask `/api/sync`. */
export type HintVerdict = 'old' | 'next' | 'gap';

export function judgeHint(cursor: Cursor | null, step: Step): HintVerdict {
  if (cursor === null || cursor.epoch !== step.epoch) return 'gap';
  if (step.revision <= cursor.revision) return 'old';
  return step.prev <= cursor.revision ? 'next' : 'gap';
}
