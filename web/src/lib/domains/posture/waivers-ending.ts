// Waivers that end soon: what they cover opens again by itself, so somebody should mend it or ask anew before.
import type { WaiverView } from '@muster/contracts/posture';
import { DAY } from '../../platform/time-words.ts';

export const ENDING_DAYS = 14;

export const endsSoon = ({ state, until }: Pick<WaiverView, 'state' | 'until'>, now: number): boolean =>
  state === 'standing' && Date.parse(until) <= now + ENDING_DAYS * DAY;
