// A rollout in words and strokes.
import type { RolloutView } from '@muster/contracts/releases';
import { STOP_WORDS } from '../../messages/en/releases.ts';
import { counted } from '../../platform/quantities.ts';
import type { GlyphName } from '../../ui/glyphs/shapes.ts';
import type { Mark } from '../../ui/tally.ts';

type Wave = RolloutView['waves'][number];

export const waveMarks = ({ servers, proven, failed, missed }: Wave): Mark[] => [
  ...Array.from({ length: proven }, (): Mark => 'in'),
  ...Array.from({ length: Math.max(0, servers - proven - failed - missed) }, (): Mark => 'run'),
  ...Array.from({ length: missed }, (): Mark => 'out'),
  ...Array.from({ length: failed }, (): Mark => 'bad'),
];

/** "2 of 3 proved it, 1 went back". */
export function waveWords({ servers, proven, failed, missed }: Wave): string {
  const open = servers - proven - failed - missed;
  return [
    `${proven} of ${servers} proved it`,
    ...(failed > 0 ? [`${failed} went back or refused`] : []),
    ...(missed > 0 ? [`${missed} did not answer`] : []),
    ...(open > 0 ? [`${open} under way`] : []),
  ].join(', ');
}

export const waveName = (wave: number): string => (wave === 1 ? 'Canary' : wave === 2 ? 'Second wave' : `Wave ${wave}`);

export function rolloutOutcome({ state, because, waves }: RolloutView): { glyph: GlyphName; words: string } {
  const proven = waves.reduce((sum, wave) => sum + wave.proven, 0);
  if (state === 'running') return { glyph: 'run', words: `running, ${counted(proven, 'server')} proved it` };
  if (state === 'finished') return { glyph: 'ok', words: `finished, ${counted(proven, 'server')} proved it` };
  return { glyph: because === 'person' ? 'held' : 'fail', words: `stopped: ${because ? STOP_WORDS[because] : ''}` };
}
