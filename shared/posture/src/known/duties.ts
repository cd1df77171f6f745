// Duties that somebody attested for a server, or for a group or fleet that it belongs to.
import { duty, dutyDay } from '@muster/contracts/posture';
import { z } from 'zod';
import type { Source } from '../probe.ts';

export const duties = {
  name: 'duties',
  sentence: 'When somebody last attested what no program can look after: a break-glass drill, an incident plan',
  /** The newest of each; a duty that is not here was never attested. */
  reading: z.strictObject({ attested: z.array(z.strictObject({ duty, doneOn: dutyDay })).max(20) }),
} satisfies Source;
