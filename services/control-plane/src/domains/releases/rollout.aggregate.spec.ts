import { MAX_WAVE, RolloutStarted } from '@muster/contracts/releases';
import { newId } from '@muster/kernel/ids';
import { describe, expect, it } from 'vitest';
import { judgeWave, nextWave, stop, type Rollout } from './rollout.aggregate.ts';

const servers = Array.from({ length: 600 }, () => newId());
const nobody = { proven: 0, failed: 0, missed: 0 };
const started: Rollout = { ...RolloutStarted.example, canary: 2, step: 10, waves: [], ended: null };

function after(waves: number): Rollout {
  let rollout = started;
  for (let i = 0; i < waves; i++) rollout = withWave(rollout);
  return rollout;
}
function withWave(rollout: Rollout): Rollout {
  const [event] = nextWave(rollout, servers, nobody);
  const data = event?.data as unknown as Rollout['waves'][number];
  return { ...rollout, waves: [...rollout.waves, data] };
}
const typesOf = (events: readonly { type: string }[]) => events.map(({ type }) => type);

describe('a rollout in waves', () => {
  it('begins with the canaries, then a step, then the rest in bounded waves, nobody twice', () => {
    const { waves } = after(5);
    expect(waves.map(({ serverIds }) => serverIds.length)).toEqual([2, 10, MAX_WAVE, MAX_WAVE, 88]);
    expect(new Set(waves.flatMap(({ serverIds }) => serverIds)).size).toBe(600);
  });

  it('draws the same lot whenever it is asked, whatever order servers are named in', () => {
    expect(nextWave(started, servers.toReversed(), nobody)).toMatchObject([
      { data: nextWave(started, servers, nobody)[0]?.data },
    ]);
  });

  it('goes on when a wave proved itself, and when a later one was partly away', () => {
    const result = { proven: 2, failed: 0, missed: 0 };
    expect(typesOf(judgeWave(after(1), { wave: 1, result }, servers, result))).toEqual(['releases.RolloutWaveStarted']);
    const partly = { proven: 4, failed: 0, missed: 6 };
    expect(typesOf(judgeWave(after(2), { wave: 2, result: partly }, servers, partly))).toEqual([
      'releases.RolloutWaveStarted',
    ]);
  });

  it('stops on the first server that failed, whatever the others proved', () => {
    const result = { proven: 9, failed: 1, missed: 0 };
    expect(judgeWave(after(2), { wave: 2, result }, servers, result)).toMatchObject([
      { type: 'releases.RolloutStopped', data: { because: 'failed-wave', failed: 1 } },
    ]);
  });

  it('stops when the canaries were away: nothing was proven', () => {
    const result = { proven: 0, failed: 0, missed: 2 };
    expect(judgeWave(after(1), { wave: 1, result }, servers, result)).toMatchObject([
      { type: 'releases.RolloutStopped', data: { because: 'nothing-proven' } },
    ]);
  });

  it('finishes when nobody is left, with what was proven and missed', () => {
    const sofar = { proven: 599, failed: 0, missed: 1 };
    expect(nextWave(after(5), servers, sofar)).toMatchObject([
      { type: 'releases.RolloutFinished', data: { waves: 5, proven: 599, missed: 1 } },
    ]);
  });

  it('is stopped by a person once', () => {
    expect(stop(after(1), 'It is too late in the day')).toMatchObject([{ data: { because: 'person', wave: 1 } }]);
    expect(() => stop({ ...after(1), ended: 'stopped' }, 'Again')).toThrow('has ended');
    expect(() => stop(null, 'Nothing')).toThrow('no rollout');
  });
});
