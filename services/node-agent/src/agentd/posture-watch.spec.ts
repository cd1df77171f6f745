// What travels of the posture: what changed, and once a day all of it.
import { MAX_FRAME_BYTES } from '@muster/contracts/agent';
import { probeReport, type ProbeReport } from '@muster/contracts/posture';
import type { Probe } from '@muster/posture/probe';
import { CADENCE_SECONDS } from '@muster/posture/probe';
import { probes } from '@muster/posture/probes';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MemorySpool } from '../link/spool.ts';
import { PostureWatch } from './posture-watch.ts';

const HOUR = 3_600_000;

function watched(mostSeconds: number) {
  const state = { now: Date.parse('2026-11-21T00:00:00Z'), hash: 'a'.repeat(64), failing: false };
  const asked: string[] = [];
  const complaints: string[] = [];
  const spool = new MemorySpool();
  const run = (probe: string): Promise<ProbeReport> => {
    asked.push(probe);
    if (state.failing) return Promise.reject(new Error('The root helper went away'));
    const at = new Date(state.now).toISOString();
    return Promise.resolve({ probe, at, durationMs: 1, sha256: state.hash, reading: {}, error: null, unreadable: [] });
  };
  const watch = new PostureWatch({
    server: '0190b5e2-7a10-7000-8000-00000000b001',
    spool,
    run,
    mostSeconds,
    now: () => state.now,
    log: (message) => complaints.push(message),
  });
  const sent = async (): Promise<number> => (await spool.after(0, 10_000)).length;
  return { state, asked, complaints, watch, sent };
}

it('reports everything once, and then only what changed', async () => {
  const { state, watch, sent } = watched(3600);
  state.now += 2 * HOUR;
  await watch.run();
  expect(await sent()).toBe(probes.length);
  state.now += 2 * HOUR;
  await watch.run();
  expect(await sent()).toBe(probes.length);
  state.hash = 'b'.repeat(64);
  state.now += 2 * HOUR;
  await watch.run();
  expect(await sent()).toBe(2 * probes.length);
});

it('sends all of it again once a day, changed or not', async () => {
  const { state, watch, sent } = watched(3600);
  state.now += 2 * HOUR;
  await watch.run();
  state.now += 24 * HOUR;
  await watch.run();
  expect(await sent()).toBe(2 * probes.length);
});

it('says that a report is too large, once, instead of leaving the last one to be believed', async () => {
  const spool = new MemorySpool();
  const large = { text: 'x'.repeat(MAX_FRAME_BYTES) };
  const at = '2026-11-21T00:00:00.000Z';
  const watch = new PostureWatch({
    server: '0190b5e2-7a10-7000-8000-00000000b001',
    spool,
    run: (probe) =>
      Promise.resolve({
        probe,
        at,
        durationMs: 1,
        sha256: 'a'.repeat(64),
        reading: large,
        error: null,
        unreadable: [],
      }),
    mostSeconds: 3600,
    now: () => 0,
    log: () => undefined,
  });
  expect(await watch.scan(['sshd'])).toMatchObject({ read: 0, failed: ['sshd'] });
  const [entry, ...others] = await spool.after(0, 10);
  expect(others).toEqual([]);
  const [report] = (JSON.parse(JSON.stringify(entry)) as { body: { items: ProbeReport[] } }).body.items;
  expect(report).toMatchObject({ probe: 'sshd', at, reading: null });
  expect(report?.error).toMatch(/^what it read is too large to be sent: \d+ bytes/);
  expect(probeReport.safeParse(report).success).toBe(true);
});

it('asks each probe at its own pace', async () => {
  const { state, asked, watch } = watched(604_800);
  state.now += HOUR;
  await watch.run();
  asked.length = 0;
  state.now += HOUR / 5;
  await watch.run();
  const frequent = probes.filter(({ cadence }) => cadence === 'minutes').map(({ name }) => name);
  expect([...asked].sort((a, b) => a.localeCompare(b))).toEqual(frequent.toSorted((a, b) => a.localeCompare(b)));
});

it('says so when a probe cannot be run, and tries it again at its turn', async () => {
  const { state, complaints, watch, sent } = watched(3600);
  state.failing = true;
  state.now += 2 * HOUR;
  await watch.run();
  expect([await sent(), complaints.length]).toEqual([0, probes.length]);
  state.failing = false;
  state.now += 2 * HOUR;
  await watch.run();
  expect(await sent()).toBe(probes.length);
});

it('looks at once where something changed, before the rest of the round', async () => {
  const { state, asked, watch } = watched(604_800);
  state.now += 2 * HOUR;
  await watch.run();
  asked.length = 0;
  watch.stir();
  await watch.run();
  const onChange = probes.filter((probe: Probe) => probe.onChange === true).map(({ name }) => name);
  expect(asked).toEqual(onChange);
  asked.length = 0;
  state.now += 200 * HOUR;
  watch.stir();
  await watch.run();
  expect(asked.slice(0, onChange.length)).toEqual(onChange);
  expect(asked.toSorted()).toEqual(probes.map(({ name }) => name).toSorted());
});

it('reads what somebody asks for now, and sends it although nothing changed', async () => {
  const { state, asked, watch, sent } = watched(3600);
  state.now += 2 * HOUR;
  await watch.run();
  asked.length = 0;
  const scanned = await watch.scan(['sshd', 'a-probe-of-tomorrow', 'accounts']);
  expect(scanned).toEqual({ read: 2, failed: ['a-probe-of-tomorrow'], tookMs: 0 });
  expect(asked).toEqual(['accounts', 'sshd']);
  expect(await sent()).toBe(probes.length + 2);
  expect(await watch.scan(null)).toMatchObject({ read: probes.length, failed: [] });
  asked.length = 0;
  await watch.run();
  expect(asked).toEqual([]);
});

it('says in whole milliseconds how long that took: the helper takes no others', async () => {
  let now = 0;
  const watch = new PostureWatch({
    server: '0190b5e2-7a10-7000-8000-00000000b001',
    spool: new MemorySpool(),
    run: () => Promise.resolve(undefined),
    mostSeconds: 3600,
    // As `performance.now()` counts.
    now: () => (now += 3.4),
    log: () => undefined,
  });
  const { tookMs } = await watch.scan(['sshd']);
  expect(tookMs).toBeGreaterThan(0);
  expect(Number.isInteger(tookMs)).toBe(true);
});

it('names the probes that could not be run when somebody asks', async () => {
  const { state, watch, sent } = watched(3600);
  state.failing = true;
  expect(await watch.scan(['sshd'])).toMatchObject({ read: 0, failed: ['sshd'] });
  expect(await sent()).toBe(0);
});

it('stops at once while a probe waits for its answer, and sends nothing of what comes after', async () => {
  const answer = Promise.withResolvers<ProbeReport>();
  const asked: string[] = [];
  const spool = new MemorySpool();
  let now = Date.parse('2026-11-21T00:00:00Z');
  const watch = new PostureWatch({
    server: '0190b5e2-7a10-7000-8000-00000000b001',
    spool,
    run: (probe) => {
      asked.push(probe);
      return answer.promise;
    },
    mostSeconds: 3600,
    now: () => now,
    log: () => undefined,
  });
  now += 2 * HOUR;
  const running = watch.run();
  watch.stop();
  const [probe = ''] = asked;
  const at = new Date(now).toISOString();
  answer.resolve({ probe, at, durationMs: 1, sha256: 'a'.repeat(64), reading: {}, error: null, unreadable: [] });
  await running;
  expect(asked).toHaveLength(1);
  expect(await spool.after(0, 10)).toEqual([]);
});

describe('over a day', () => {
  const PROBE_MS = 300;
  const DAY = 24 * HOUR;
  const TOGETHER_MS = 60_000;
  afterEach(() => void vi.useRealTimers());

  /** When each probe was read, and when the root helper was woken for a round, in milliseconds since the start. */
  async function aDayOf(server: string) {
    vi.useFakeTimers();
    const began = performance.now();
    const readAt = new Map<string, number[]>(probes.map(({ name }) => [name, []]));
    const rounds: number[] = [];
    const watch = new PostureWatch({
      server,
      spool: new MemorySpool(),
      run: async (probe) => {
        readAt.get(probe)?.push(performance.now() - began);
        await new Promise((resolve) => setTimeout(resolve, PROBE_MS));
        const at = new Date(0).toISOString();
        return { probe, at, durationMs: 1, sha256: 'a'.repeat(64), reading: {}, error: null, unreadable: [] };
      },
      mostSeconds: 604_800,
      awake: () => rounds.push(performance.now() - began),
      now: () => performance.now(),
      log: () => undefined,
    });
    watch.start();
    await vi.advanceTimersByTimeAsync(DAY);
    watch.stop();
    return { readAt, rounds };
  }

  it('reads no probe later than its cadence, and nearly as seldom, in rounds that many share', async () => {
    const { readAt, rounds } = await aDayOf('0190b5e2-7a10-7000-8000-00000000b001');
    const late = probes.flatMap(({ name, cadence }) => {
      const times = [...(readAt.get(name) ?? []), DAY];
      const waits = times.slice(1).map((at, index) => at - (times[index] ?? 0));
      return waits.filter((wait) => wait > CADENCE_SECONDS[cadence] * 1000).map((wait) => `${name} ${wait}`);
    });
    expect(late).toEqual([]);
    const tooOften = probes.filter(({ name, cadence }) => {
      const cadencesOfADay = DAY / 1000 / CADENCE_SECONDS[cadence];
      return (readAt.get(name)?.length ?? 0) > cadencesOfADay * 1.3 + 1;
    });
    expect(tooOften).toEqual([]);
    // Every five minutes at most, which the most frequent probes ask for, however many others there are.
    expect(rounds.length).toBeGreaterThanOrEqual(DAY / 300_000);
    expect(rounds.length).toBeLessThanOrEqual(DAY / 300_000 / 0.85 + 1);
    const outside = [...readAt.values()]
      .flat()
      .filter((at) => !rounds.some((round) => at >= round && at < round + TOGETHER_MS));
    expect(outside).toEqual([]);
  });

  it('begins within a minute, and not with every server at once', async () => {
    const one = await aDayOf('0190b5e2-7a10-7000-8000-00000000b001');
    const other = await aDayOf('0190b5e2-7a10-7000-8000-00000000b002');
    for (const { rounds } of [one, other]) expect(rounds[0]).toBeLessThanOrEqual(60_000);
    expect(Math.abs((one.rounds[0] ?? 0) - (other.rounds[0] ?? 0))).toBeGreaterThan(1000);
    expect(one.rounds[100]).not.toBe(other.rounds[100]);
  });

  it('reads at once what was stirred while it rests', async () => {
    vi.useFakeTimers();
    const asked: string[] = [];
    const watch = new PostureWatch({
      server: '0190b5e2-7a10-7000-8000-00000000b001',
      spool: new MemorySpool(),
      run: (probe) => {
        asked.push(probe);
        return Promise.resolve(undefined);
      },
      mostSeconds: 604_800,
      now: () => performance.now(),
      log: () => undefined,
    });
    watch.start();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(asked).toHaveLength(probes.length);
    asked.length = 0;
    watch.stir();
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).toEqual(probes.filter((probe: Probe) => probe.onChange === true).map(({ name }) => name));
    watch.stop();
  });
});
