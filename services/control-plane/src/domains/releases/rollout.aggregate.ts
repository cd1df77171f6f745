// A rollout: one release of the agent, set out in waves. The next wave begins only when the one before has ended and nobody
// in it failed. Pure.
import {
  MAX_WAVE,
  RolloutFinished,
  RolloutStarted,
  RolloutStopped,
  RolloutWaveStarted,
} from '@muster/contracts/releases';
import { sha256Hex } from '@muster/kernel/hashing';
import { derivedId } from '@muster/kernel/ids';
import { utf8 } from '@muster/kernel/bytes';
import type { z } from 'zod';
import { eventOf } from '../../platform/cqrs/event-of.ts';
import { notFound, Refusal } from '../../platform/errors/refusal.ts';
import type { NewEvent, StoredEvent } from '../../platform/event-store/index.ts';

export const rolloutStream = (rolloutId: string) => `rollout-${rolloutId}`;

/** One rollout at a time: two would judge each other's waves. */
export const oneRollout = (tenantId: string) => ({ namespace: 'releases.rollout', key: tenantId });

type Started = z.output<typeof RolloutStarted.schema>;
type Wave = z.output<typeof RolloutWaveStarted.schema>;

export interface Rollout extends Started {
  readonly waves: readonly Wave[];
  readonly ended: 'finished' | 'stopped' | null;
}

/** How a wave ended, in servers. */
export interface WaveResult {
  readonly proven: number;
  readonly failed: number;
  readonly missed: number;
}

type RolloutFact =
  | { readonly type: 'releases.RolloutStarted'; readonly data: Started }
  | { readonly type: 'releases.RolloutWaveStarted'; readonly data: Wave }
  | { readonly type: 'releases.RolloutStopped' }
  | { readonly type: 'releases.RolloutFinished' };

function evolve(rollout: Rollout | null, fact: RolloutFact): Rollout | null {
  switch (fact.type) {
    case 'releases.RolloutStarted':
      return { ...fact.data, waves: [], ended: null };
    case 'releases.RolloutWaveStarted':
      return rollout && { ...rollout, waves: [...rollout.waves, fact.data] };
    case 'releases.RolloutStopped':
      return rollout && { ...rollout, ended: 'stopped' };
    case 'releases.RolloutFinished':
      return rollout && { ...rollout, ended: 'finished' };
  }
}

export function rolloutFrom(events: readonly StoredEvent[]): Rollout | null {
  return events.reduce<Rollout | null>((rollout, event) => evolve(rollout, factOf(event)), null);
}

function factOf({ type, data }: StoredEvent): RolloutFact {
  switch (type) {
    case 'releases.RolloutStarted':
      return { type, data: RolloutStarted.schema.parse(data) };
    case 'releases.RolloutWaveStarted':
      return { type, data: RolloutWaveStarted.schema.parse(data) };
    case 'releases.RolloutStopped':
    case 'releases.RolloutFinished':
      return { type };
  }
  throw new Error(`${type} does not belong to a rollout's stream`);
}

/**
 * The next wave out of the servers that could be updated now, or the end. Which server is a canary is decided by lot, the
 * same lot whenever it is asked: neighbours in name are often neighbours in purpose.
 */
export function nextWave(rollout: Rollout, candidates: readonly string[], sofar: WaveResult): NewEvent[] {
  const { rolloutId } = rollout;
  const asked = new Set(rollout.waves.flatMap(({ serverIds }) => serverIds));
  const left = candidates.filter((serverId) => !asked.has(serverId));
  if (left.length === 0) {
    const { proven, missed } = sofar;
    return [eventOf(RolloutFinished, { rolloutId, waves: rollout.waves.length, proven, missed })];
  }
  const wave = rollout.waves.length + 1;
  const size = wave === 1 ? rollout.canary : wave === 2 ? rollout.step : MAX_WAVE;
  const lot = (serverId: string) => sha256Hex(utf8(`${rolloutId} ${serverId}`));
  const serverIds = left
    .map((serverId) => ({ serverId, lot: lot(serverId) }))
    .toSorted((a, b) => (a.lot < b.lot ? -1 : 1))
    .slice(0, size)
    .map(({ serverId }) => serverId);
  const operationId = derivedId('releases.rollout', rolloutId, String(wave));
  return [eventOf(RolloutWaveStarted, { rolloutId, wave, operationId, serverIds })];
}

/** A wave ended: stops on the first server that failed, and when the canaries proved nothing. */
export function judgeWave(
  rollout: Rollout,
  { wave, result }: { wave: number; result: WaveResult },
  candidates: readonly string[],
  sofar: WaveResult,
): NewEvent[] {
  const { rolloutId } = rollout;
  const { failed, proven } = result;
  if (failed > 0) return [eventOf(RolloutStopped, { rolloutId, because: 'failed-wave', wave, failed, reason: null })];
  if (wave === 1 && proven === 0)
    return [eventOf(RolloutStopped, { rolloutId, because: 'nothing-proven', wave, failed, reason: null })];
  return nextWave(rollout, candidates, sofar);
}

export function stop(rollout: Rollout | null, reason: string): NewEvent[] {
  if (!rollout) throw notFound('rollout');
  if (rollout.ended !== null) {
    throw new Refusal('conflict', 'ended', `The rollout of ${rollout.version} has ended; there is nothing to stop`);
  }
  const { rolloutId, waves } = rollout;
  return [eventOf(RolloutStopped, { rolloutId, because: 'person', wave: waves.length, failed: 0, reason })];
}
