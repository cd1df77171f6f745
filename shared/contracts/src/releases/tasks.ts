// Tasks of the capability `releases`: the agent replaces itself.
import { z } from 'zod';
import { signed } from '../agent/envelope.ts';
import { releaseVersion } from '../agent/release.ts';
import { task } from '../define.ts';
import { rolloutPace } from './events.ts';

export const InstallRelease = task('releases.install@1', {
  capability: 'releases',
  inObserve: true,
  lane: 'job',
  sentence:
    'Install a release of the agent beside the running one, switch to it, and go back if it does not prove itself',
  args: z.strictObject({
    /** Signed by the release key; the server takes the one of its architecture. */
    manifests: z.array(signed).min(1).max(4),
    windowSeconds: rolloutPace.shape.windowSeconds,
  }),
  evidence: z.strictObject({ from: z.string().max(40), version: releaseVersion, sha256: z.string().max(64) }),
  maxPerMinute: 1000,
});

export const releaseTasks = [InstallRelease] as const;
