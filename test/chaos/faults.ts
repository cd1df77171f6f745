// The faults, each as it would happen: injected while the operator works on, and healed where it does not heal by itself.
import { setTimeout as sleep } from 'node:timers/promises';
import { CRASH_POINTS } from './crash-points.ts';
import type { Cause } from './oracle.ts';
import type { ServerGroup } from './server-group.ts';
import type { Stage } from './stage.ts';

export interface Fault {
  readonly name: string;
  /** Why it cannot be done here; undefined when it can. */
  readonly lacks?: string;
  /** Servers that it hits themselves: only there may a task end without success meanwhile. */
  readonly hits?: readonly { readonly group: ServerGroup; readonly cause: Cause }[];
  /** Resolves when the cause is gone; whatever it left behind must recover by itself. */
  inject(): Promise<void>;
}

const HOUR_MS = 3_600_000;
/** Long enough that every part notices. */
const OUTAGE_MS = 6000;
const DEATH_DEADLINE_MS = 15_000;

export function faultsOf(stage: Stage): Fault[] {
  return [
    ...processes(stage),
    ...stores(stage),
    ...agents(stage),
    ...networks(stage),
    ...disks(stage),
    ...clocks(stage),
  ];
}

function processes({ installation }: Stage): Fault[] {
  const each = installation.names.map((name) => ({
    name: `kill -9 of the ${name}`,
    inject: () => Promise.resolve(installation.kill(name)),
  }));
  const all = {
    name: 'kill -9 of every process at once',
    inject: () => Promise.resolve(installation.names.forEach((name) => installation.kill(name))),
  };
  return [...each, all];
}

function stores({ postgres, redis }: Stage): Fault[] {
  const none = redis === undefined ? { lacks: 'there is no Redis' } : {};
  return [
    { name: 'Redis: FLUSHALL', ...none, inject: async () => void (await redis?.command('FLUSHALL')) },
    {
      name: 'Redis: kill -9, back with a stale append-only file',
      ...none,
      inject: async () => {
        redis?.keepFile();
        await sleep(4000);
        await redis?.crashIntoThePast();
      },
    },
    { name: 'PostgreSQL: kill -9 of a backend', inject: () => postgres.crash() },
    { name: 'PostgreSQL: kill -9 of the server', inject: () => Promise.resolve(postgres.powerCut()) },
  ];
}

function agents({ groups }: Stage): Fault[] {
  const points = CRASH_POINTS.map((point) => ({
    name: `agent: kill -9 ${point}`,
    hits: [{ group: groups.first, cause: 'process' as const }],
    inject: async () => {
      const deaths = groups.first.deaths;
      groups.first.crashAt(point);
      await untilDead(groups.first, deaths);
    },
  }));
  const whole: Fault = {
    name: 'agent: kill -9 of four at once',
    hits: [{ group: groups.rest, cause: 'process' }],
    inject: () => killed(groups.rest),
  };
  return [...points, whole];
}

async function killed(group: ServerGroup): Promise<void> {
  const { deaths } = group;
  group.kill();
  await untilDead(group, deaths);
}

async function untilDead(group: ServerGroup, deaths: number): Promise<void> {
  for (let waited = 0; waited < DEATH_DEADLINE_MS; waited += 50) {
    if (group.deaths > deaths) return;
    await sleep(50);
  }
  throw new Error(`The servers of group ${group.name} did not end within ${DEATH_DEADLINE_MS / 1000} s.`);
}

function networks({ groups }: Stage): Fault[] {
  return [
    {
      name: 'network of four servers: cut and healed',
      hits: [{ group: groups.rest, cause: 'network' }],
      inject: async () => {
        groups.rest.road.cut();
        await sleep(OUTAGE_MS);
        groups.rest.road.heal();
      },
    },
    {
      name: 'network of a server: silent and healed',
      hits: [{ group: groups.first, cause: 'network' }],
      inject: async () => {
        groups.first.road.silence();
        await sleep(OUTAGE_MS);
        groups.first.road.heal();
      },
    },
  ];
}

function disks({ groups, disks: { database, server } }: Stage): Fault[] {
  const none = { lacks: 'mounting a small disk needs root' };
  return [
    {
      name: 'full disk on a server',
      hits: [{ group: groups.second, cause: 'disk' }],
      ...(server === undefined ? none : {}),
      inject: async () => {
        server?.fill();
        await sleep(OUTAGE_MS);
        server?.free();
      },
    },
    {
      name: 'full disk on a server, and kill -9 while it is full',
      hits: [
        { group: groups.second, cause: 'disk' },
        { group: groups.second, cause: 'process' },
      ],
      ...(server === undefined ? none : {}),
      inject: async () => {
        server?.fill();
        await sleep(OUTAGE_MS / 2);
        await killed(groups.second);
        await sleep(OUTAGE_MS / 4);
        server?.free();
      },
    },
    {
      name: 'full disk under PostgreSQL',
      ...(database === undefined ? none : {}),
      inject: async () => {
        database?.fill();
        await sleep(OUTAGE_MS);
        database?.free();
      },
    },
  ];
}

function clocks({ groups }: Stage): Fault[] {
  return [HOUR_MS, -HOUR_MS].map((offsetMs) => ({
    name: `clock of a server: ${offsetMs > 0 ? '+' : '−'}1 h, and back`,
    hits: [{ group: groups.second, cause: 'network' as const }],
    inject: async () => {
      groups.second.setClock(offsetMs);
      await sleep(OUTAGE_MS);
      // Dials anew with the wrong clock.
      groups.second.road.cut();
      groups.second.road.heal();
      await sleep(OUTAGE_MS / 2);
      groups.second.setClock(0);
    },
  }));
}
