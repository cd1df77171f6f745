// Tasks of the capability `posture`: the agent reads its server now instead of at each probe's turn. It changes nothing, so a
// server that is only observed may be asked, and a scan that was interrupted is simply done again.
import { z } from 'zod';
import { task } from '../define.ts';
import { hostText } from '../values.ts';
import { probeName } from './values.ts';

/** Probes of one scan; null: all that the agent knows. */
export const scannedProbes = z.array(probeName).min(1).max(100).nullable();

export const ScanServer = task('posture.scan@1', {
  capability: 'posture',
  inObserve: true,
  lane: 'job',
  sentence: 'Read the server by probes now, and report each of them whether it changed or not',
  args: z.strictObject({ probes: scannedProbes }),
  evidence: z.strictObject({
    /** Probes whose report was sent. */
    read: z.int().nonnegative(),
    /** Probes that could not be run, or that this agent does not know. */
    failed: z.array(hostText(40)).max(100),
    tookMs: z.int().nonnegative(),
  }),
  maxPerMinute: 2000,
});

export const postureTasks = [ScanServer] as const;
