// What has kept a processor busy for a long time: programs, and containers against what they are given. Two looks are compared;
// what was seen the last time is kept on the server.
import { z } from 'zod';
import type { ProbedHost } from '../host.ts';
import { couldNot, lines, probe, said, type UnreadablePart } from '../probe.ts';

/** Share of a processor, or of a container's limit, from which on it counts as busy. */
const BUSY = 0.9;
/** Looks that lie closer together, or farther apart, tell nothing about the time between them. */
const [LEAST_SECONDS, MOST_SECONDS] = [60, 1500];
/** What is told: shorter work is nobody's business. */
const LONG_SECONDS = 1800;
const MOST_TOLD = 50;

const program = z.strictObject({
  pid: z.int().positive(),
  user: said(64),
  exe: said(200),
  /** null: nobody could be asked. */
  packaged: z.boolean().nullable(),
  /** Seconds since 1970. */
  since: z.int().nonnegative(),
});
const container = z.strictObject({
  id: said(64),
  name: said(120),
  limit: z.number().positive(),
  since: z.int().nonnegative(),
});

export const busy = probe('busy', {
  sentence: 'Programs and containers that have kept a processor busy for half an hour and longer',
  cadence: 'minutes',
  costMs: 60,
  privilege: 'programs of other users',
  reading: z.strictObject({
    /** False: the table of processes could not be read. */
    read: z.boolean(),
    programs: z.array(program).max(MOST_TOLD),
    /** null: containers do not show how busy they are here (control groups of version 1). */
    containers: z.array(container).max(MOST_TOLD).nullable(),
  }),
  async gather(host, unreadable) {
    const now = Number((await host.run('date', ['+%s']))?.stdout);
    const before = kept.safeParse(parsed(await host.recall('busy'))).data ?? null;
    const listed = await host.run('ps', ['-e', '-o', 'pid=,times=,etimes=,user:32=']);
    if (listed?.code !== 0) couldNot('running programs', listed, unreadable);
    const running = parsePrograms(listed?.stdout ?? '');
    const groups = await containerGroups(host);
    const programs = compared(
      running.map(({ pid, cpu, elapsed }) => ({ id: String(pid), used: cpu, age: elapsed, limit: 1 })),
      before?.programs ?? {},
      { now, at: before?.at ?? 0 },
    );
    const containers = compared(
      (groups ?? []).map((one) => ({ ...one, age: Number.MAX_SAFE_INTEGER })),
      before?.containers ?? {},
      { now, at: before?.at ?? 0 },
    );
    await host.keep('busy', JSON.stringify({ at: now, programs, containers }));
    const long = (since: number | null): since is number => since !== null && now - since >= LONG_SECONDS;
    const told = running.flatMap(({ pid, user }) => {
      const since = programs[String(pid)]?.since ?? null;
      return long(since) ? [{ pid, user, since }] : [];
    });
    const burning = (groups ?? []).flatMap(({ id, limit }) => {
      const since = containers[id]?.since ?? null;
      return long(since) ? [{ id, limit, since }] : [];
    });
    return {
      read: listed?.code === 0,
      programs: await named(host, told.slice(0, MOST_TOLD)),
      containers: groups === null ? null : await withNames(host, burning.slice(0, MOST_TOLD), unreadable),
    };
  },
});

/** Of each: what it had used by then, and since when it is busy. */
const samples = z.record(z.string(), z.strictObject({ used: z.number(), since: z.number().nullable() }));
type Samples = z.infer<typeof samples>;
const kept = z.strictObject({ at: z.number(), programs: samples, containers: samples });

interface Look {
  readonly id: string;
  /** Seconds of a processor. */
  readonly used: number;
  /** Seconds since it began. */
  readonly age: number;
  /** Processors that it may use at once. */
  readonly limit: number;
}

/** Pure, so that hours can be tried in a spec. */
export function compared(looks: readonly Look[], before: Samples, { now, at }: { now: number; at: number }): Samples {
  const seconds = now - at;
  const comparable = seconds >= LEAST_SECONDS && seconds <= MOST_SECONDS;
  return Object.fromEntries(
    looks.map(({ id, used, age, limit }) => {
      const last = before[id];
      // A number that was given to another program meanwhile is another program.
      const same = last !== undefined && age >= seconds && used >= last.used;
      const share = same ? (used - last.used) / (seconds * limit) : 0;
      return [id, { used, since: comparable && same && share >= BUSY ? (last.since ?? at) : null }];
    }),
  );
}

const parsePrograms = (text: string): { pid: number; cpu: number; elapsed: number; user: string }[] =>
  lines(text).flatMap((line) => {
    const [, pid, cpu, elapsed, user] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)/.exec(line) ?? [];
    return pid === undefined || user === undefined
      ? []
      : [{ pid: Number(pid), cpu: Number(cpu), elapsed: Number(elapsed), user: user.slice(0, 64) }];
  });

async function named(host: ProbedHost, all: readonly { pid: number; user: string; since: number }[]) {
  const programs: z.infer<typeof program>[] = [];
  for (const one of all) {
    const link = await host.run('find', [`/proc/${one.pid}/exe`, '-maxdepth', '0', '-printf', '%l\\n']);
    const exe = (link?.stdout ?? '').trim();
    // A thread of the kernel has no program.
    if (exe === '') continue;
    const owner = exe.startsWith('/') ? await host.run('dpkg-query', ['-S', exe]) : undefined;
    programs.push({ ...one, exe: exe.slice(0, 200), packaged: owner === undefined ? null : owner.code === 0 });
  }
  return programs;
}

const GROUPS = '/sys/fs/cgroup/system.slice';

/** null: there is no second version of control groups. */
async function containerGroups(host: ProbedHost): Promise<{ id: string; used: number; limit: number }[] | null> {
  if ((await host.read('/sys/fs/cgroup/cgroup.controllers')).state !== 'read') return null;
  const found = await host.run('find', [GROUPS, '-maxdepth', '1', '-name', 'docker-*.scope', '-printf', '%f\\n']);
  const groups: { id: string; used: number; limit: number }[] = [];
  for (const scope of lines(found?.stdout ?? '').slice(0, 200)) {
    const id = /^docker-([0-9a-f]{12,64})\.scope$/.exec(scope.trim())?.[1];
    if (id === undefined) continue;
    const stat = await host.read(`${GROUPS}/${scope.trim()}/cpu.stat`);
    const max = await host.read(`${GROUPS}/${scope.trim()}/cpu.max`);
    const used = /^usage_usec (\d+)/m.exec(stat.state === 'read' ? stat.text : '')?.[1];
    if (used === undefined) continue;
    const [, quota, period] = /^(\d+) (\d+)/.exec(max.state === 'read' ? max.text : '') ?? [];
    // Without a limit of its own: one whole processor.
    groups.push({ id, used: Number(used) / 1e6, limit: quota === undefined ? 1 : Number(quota) / Number(period) });
  }
  return groups;
}

async function withNames(
  host: ProbedHost,
  burning: readonly { id: string; limit: number; since: number }[],
  unreadable: UnreadablePart[],
) {
  if (burning.length === 0) return [];
  const socket = ['--unix-socket', '/var/run/docker.sock'];
  const ran = await host.run('curl', ['-sS', '-m', '5', '--fail', ...socket, 'http://localhost/containers/json']);
  if (ran?.code !== 0) couldNot('Docker /containers/json', ran, unreadable);
  const listed = z
    .array(z.object({ Id: z.string(), Names: z.array(z.string()) }))
    .safeParse(parsed(ran?.stdout ?? null)).data;
  return burning.map((one) => ({
    ...one,
    name: (listed?.find(({ Id }) => Id === one.id)?.Names[0] ?? one.id.slice(0, 12)).replace(/^\//, '').slice(0, 120),
  }));
}

function parsed(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
