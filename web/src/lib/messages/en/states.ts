// Words, glyphs and strokes for states. One place, so that a state looks the same on every page.
import type { TaskState } from '@muster/contracts/operations';
import type { ServerRow } from '@muster/contracts/servers';
import type { GlyphName } from '../../ui/glyphs/shapes.ts';
import type { Mark } from '../../ui/tally.ts';

export interface StateLook {
  readonly word: string;
  readonly glyph: GlyphName;
  readonly mark: Mark;
  /** Class of a grid cell. */
  readonly cell: '' | 'is-critical' | 'is-warn' | 'is-unknown' | 'is-held' | 'is-silent';
}

export const taskLooks: Readonly<Record<TaskState, StateLook>> = {
  requested: { word: 'written down', glyph: 'wait', mark: 'held', cell: '' },
  waiting: { word: 'waits for server', glyph: 'wait', mark: 'off', cell: '' },
  released: { word: 'on its way', glyph: 'run', mark: 'run', cell: '' },
  accepted: { word: 'taken', glyph: 'run', mark: 'run', cell: '' },
  running: { word: 'running', glyph: 'run', mark: 'run', cell: '' },
  succeeded: { word: 'done', glyph: 'ok', mark: 'in', cell: '' },
  failed: { word: 'failed', glyph: 'fail', mark: 'bad', cell: 'is-critical' },
  expired: { word: 'expired', glyph: 'fail', mark: 'bad', cell: 'is-critical' },
  cancelled: { word: 'cancelled', glyph: 'held', mark: 'held', cell: 'is-held' },
  unknown: { word: 'not known', glyph: 'unknown', mark: 'out', cell: 'is-unknown' },
};

/** "1 waits for server", "2 wait for server". */
export function taskCount(state: TaskState, count: number): string {
  const word = count === 1 ? taskLooks[state].word : taskLooks[state].word.replace(/^waits/, 'wait');
  return `${count} ${word}`;
}

export const presenceLooks: Readonly<Record<ServerRow['presence'], StateLook>> = {
  present: { word: 'answers', glyph: 'ok', mark: 'in', cell: '' },
  silent: { word: 'silent', glyph: 'silent', mark: 'out', cell: 'is-silent' },
  never: { word: 'has not called yet', glyph: 'wait', mark: 'off', cell: '' },
  quarantined: { word: 'quarantined', glyph: 'critical', mark: 'bad', cell: 'is-critical' },
  retired: { word: 'retired', glyph: 'held', mark: 'held', cell: 'is-held' },
};

/** "1 has not called yet", "2 have not called yet"; without the number, which stands bold beside it. */
export function presenceWord(presence: ServerRow['presence'], count: number): string {
  const { word } = presenceLooks[presence];
  return count === 1 ? word : word.replace(/^has/, 'have').replace(/^answers/, 'answer');
}

export const banTableLooks: Readonly<Record<ServerRow['bans'], StateLook>> = {
  held: { word: 'held', glyph: 'ok', mark: 'in', cell: '' },
  behind: { word: 'behind', glyph: 'run', mark: 'run', cell: '' },
  drifted: { word: 'drifted', glyph: 'warn', mark: 'bad', cell: 'is-warn' },
  observed: { word: 'observes', glyph: 'held', mark: 'off', cell: '' },
  unknown: { word: 'not known', glyph: 'unknown', mark: 'out', cell: 'is-unknown' },
};
