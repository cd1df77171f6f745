// Releases of the agent: which there are, what the fleet runs, and rollouts with their waves.
import { z } from 'zod';
import { releaseArch, releaseVersion } from '../agent/release.ts';
import { command, query } from '../define.ts';
import { accepted, pageSize, reason, timestamp, uuid } from '../values.ts';
import { rolloutPace } from './events.ts';

export * from './events.ts';
export * from './tasks.ts';

export const rolloutState = z.enum(['running', 'finished', 'stopped']);

export const waveView = z.strictObject({
  wave: z.int().positive(),
  operationId: uuid,
  startedAt: timestamp,
  servers: z.int().nonnegative(),
  proven: z.int().nonnegative(),
  failed: z.int().nonnegative(),
  /** Their task ended without an answer. */
  missed: z.int().nonnegative(),
});
export const rolloutView = z.strictObject({
  rolloutId: uuid,
  version: releaseVersion,
  state: rolloutState,
  ...rolloutPace.shape,
  reason: z.string(),
  startedAt: timestamp,
  endedAt: timestamp.nullable(),
  /** Why it was stopped. */
  because: z.enum(['failed-wave', 'nothing-proven', 'person']).nullable(),
  waves: z.array(waveView),
});
export type RolloutView = z.infer<typeof rolloutView>;

export const releaseView = z.strictObject({
  version: releaseVersion,
  arches: z.array(releaseArch),
  node: z.string(),
  bytes: z.int().nonnegative(),
  securityFloor: releaseVersion,
  expiresAt: timestamp,
  /** Why it cannot be rolled out; null when it can. */
  problem: z.string().nullable(),
});
export type ReleaseView = z.infer<typeof releaseView>;

export const agentVersion = z.strictObject({
  version: z.string(),
  servers: z.int().nonnegative(),
  /** Of those, which answer at present. */
  present: z.int().nonnegative(),
  /** Of those, which can replace themselves; others need the install script or observe without a root helper. */
  updatable: z.int().nonnegative(),
});

export const GetReleases = query('releases.GetReleases', {
  risk: 'low',
  on: 'fleet',
  roles: ['operator', 'security'],
  sentence: 'Read which releases of the agent there are, what the fleet runs, and how rollouts go',
  input: z.strictObject({}),
  output: z.strictObject({
    releases: z.array(releaseView),
    versions: z.array(agentVersion),
    /** The running one first, then the last ones. */
    rollouts: z.array(rolloutView).max(10),
  }),
});
export const ListAgents = query('releases.ListAgents', {
  risk: 'low',
  on: 'fleet',
  roles: ['operator', 'security'],
  sentence: 'List servers by the version of their agent',
  input: z.strictObject({
    version: z.string().max(40).optional(),
    after: z.string().max(200).optional(),
    limit: pageSize,
  }),
  output: z.strictObject({
    agents: z.array(
      z.strictObject({
        serverId: uuid,
        name: z.string(),
        version: z.string(),
        present: z.boolean(),
        updatable: z.boolean(),
        simulated: z.boolean(),
      }),
    ),
    next: z.string().nullable(),
  }),
});

export const StartRollout = command('releases.StartRollout', {
  risk: 'critical',
  on: 'fleet',
  roles: ['operator'],
  sentence: 'Roll a release of the agent out over the fleet: canary first, then a wave, then the rest',
  input: z.strictObject({ version: releaseVersion, ...rolloutPace.shape, reason }),
  output: accepted.extend({ rolloutId: uuid }),
});
export const StopRollout = command('releases.StopRollout', {
  risk: 'medium',
  on: 'fleet',
  roles: ['operator', 'security'],
  sentence: 'Stop a rollout: no further wave begins, and the running one is cancelled where it has not begun',
  input: z.strictObject({ rolloutId: uuid, reason }),
  output: accepted,
});

export const releaseCommands = [StartRollout, StopRollout] as const;
export const releaseQueries = [GetReleases, ListAgents] as const;
