import { describe, expect, it } from 'vitest';
import { rolloutOutcome, waveMarks, waveWords } from './rollout-words.ts';

const wave = (more: object) => ({
  wave: 1,
  operationId: '0190b5e2-7a10-7000-8000-00000000f002',
  startedAt: '2026-11-20T02:47:03Z',
  servers: 5,
  proven: 0,
  failed: 0,
  missed: 0,
  ...more,
});

describe('a wave in words', () => {
  it.each([
    [{ proven: 5 }, '5 of 5 proved it'],
    [{ proven: 2 }, '2 of 5 proved it, 3 under way'],
    [{ proven: 3, failed: 1, missed: 1 }, '3 of 5 proved it, 1 went back or refused, 1 did not answer'],
  ])('%o', (counts, words) => expect(waveWords(wave(counts))).toBe(words));

  it('has one stroke per server, trouble last', () => {
    expect(waveMarks(wave({ proven: 2, failed: 1, missed: 1 }))).toEqual(['in', 'in', 'run', 'out', 'bad']);
  });
});

describe('a rollout in words', () => {
  const rollout = {
    rolloutId: '0190b5e2-7a10-7000-8000-00000000f001',
    version: '0.2.0',
    canary: 1,
    step: 10,
    windowSeconds: 180,
    reason: 'x',
    startedAt: '2026-11-20T02:47:03Z',
    endedAt: null,
    waves: [wave({ proven: 1 }), wave({ proven: 4, failed: 1 })],
  };
  it('says how it ended', () => {
    expect(rolloutOutcome({ ...rollout, state: 'finished', because: null }).words).toBe(
      'finished, 5 servers proved it',
    );
    expect(rolloutOutcome({ ...rollout, state: 'stopped', because: 'failed-wave' })).toEqual({
      glyph: 'fail',
      words: 'stopped: a server of the last wave did not prove the version',
    });
  });
});
