// How a release of the agent travels over the fleet: a rollout in waves, each a single operation, and what a server proved.
import { z } from 'zod';
import { signed } from '../agent/envelope.ts';
import { releaseVersion } from '../agent/release.ts';
import { event } from '../define.ts';
import { reason, uuid } from '../values.ts';

const rolloutId = '0190b5e2-7a10-7000-8000-00000000f001';
const operationId = '0190b5e2-7a10-7000-8000-00000000f002';
const serverId = '0190b5e2-7a10-7000-8000-00000000b001';
const taskId = '0190b5e2-7a10-7000-8000-00000000f003';

/** Servers of one wave: all of them download at the same time. */
export const MAX_WAVE = 250;

export const rolloutPace = z.strictObject({
  /** Servers of the first wave. */
  canary: z.int().min(1, 'The canary wave needs a server').max(50, 'A canary wave has at most 50 servers').default(1),
  /** Servers of the second wave; the rest follows, at most MAX_WAVE at a time. */
  step: z.int().min(1, 'A wave needs a server').max(MAX_WAVE, `A wave has at most ${MAX_WAVE} servers`).default(10),
  /** How long a server has to prove a version before it goes back by itself. */
  windowSeconds: z
    .int()
    .min(10, 'A server needs at least 10 seconds to prove itself')
    .max(3600, 'A server has at most an hour to prove itself')
    .default(180),
});

export const RolloutStarted = event('releases.RolloutStarted', {
  class: 'action',
  sentence: 'A release of the agent was set out to the fleet, in waves',
  schema: z.strictObject({
    rolloutId: uuid,
    version: releaseVersion,
    /** Signed by the release key, one per architecture: exactly what servers will verify. */
    manifests: z.array(signed).min(1).max(4),
    ...rolloutPace.shape,
    reason,
  }),
  example: {
    rolloutId,
    version: '0.2.0',
    manifests: [{ body: 'e30=', signature: `${'A'.repeat(86)}==`, keyId: '0123456789abcdef' }],
    canary: 1,
    step: 10,
    windowSeconds: 180,
    reason: 'Security fix in the TLS library',
  },
});
export const RolloutWaveStarted = event('releases.RolloutWaveStarted', {
  class: 'fact',
  sentence: 'The next wave of a rollout began, on the servers that are named',
  schema: z.strictObject({
    rolloutId: uuid,
    wave: z.int().positive(),
    operationId: uuid,
    serverIds: z.array(uuid).min(1).max(MAX_WAVE),
  }),
  example: { rolloutId, wave: 1, operationId, serverIds: [serverId] },
});
export const RolloutStopped = event('releases.RolloutStopped', {
  class: 'action',
  sentence: 'A rollout was stopped; servers of later waves keep the version they have',
  schema: z.strictObject({
    rolloutId: uuid,
    because: z.enum(['failed-wave', 'nothing-proven', 'person']),
    wave: z.int().nonnegative(),
    /** Servers of that wave that failed or refused. */
    failed: z.int().nonnegative(),
    reason: reason.nullable(),
  }),
  example: { rolloutId, because: 'failed-wave', wave: 1, failed: 1, reason: null },
});
export const RolloutFinished = event('releases.RolloutFinished', {
  class: 'fact',
  sentence: 'Every server that could be reached was asked to run a release',
  schema: z.strictObject({
    rolloutId: uuid,
    waves: z.int().nonnegative(),
    proven: z.int().nonnegative(),
    /** Asked and not heard of before the task ended. */
    missed: z.int().nonnegative(),
  }),
  example: { rolloutId, waves: 3, proven: 41, missed: 1 },
});
export const AgentUpdated = event('releases.AgentUpdated', {
  class: 'fact',
  sentence: 'An agent proved a version: with it, it reached its control plane and its root helper answered',
  schema: z.strictObject({ serverId: uuid, from: z.string().max(40), version: releaseVersion, taskId: uuid }),
  example: { serverId, from: '0.1.0', version: '0.2.0', taskId },
});

export const releaseEvents = [
  RolloutStarted,
  RolloutWaveStarted,
  RolloutStopped,
  RolloutFinished,
  AgentUpdated,
] as const;
