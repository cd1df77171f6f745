// Parts of the test suite that need more than Node: what each proves, and what this machine lacks for it.
import { accessSync, constants } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { findRedis, REDIS_PROGRAMS } from '@muster/deploy/local/redis/server';

export interface Part {
  /** The vitest project. */
  name: string;
  proves: string;
  deadlineMs: number;
}

interface Candidate extends Part {
  /** undefined when it can run here. */
  lacks: () => string | undefined;
}

export const CHROMIUM = process.env['MUSTER_CHROMIUM'] ?? '/usr/bin/chromium';

const CANDIDATES: readonly Candidate[] = [
  {
    name: 'browser',
    proves: 'set-up, pages and accessibility in a real Chromium',
    deadlineMs: 780_000,
    lacks: lacksChromium,
  },
  {
    name: 'chaos',
    proves: 'every process, store, network, disk and clock broken once, with nothing lost or doubled',
    deadlineMs: 780_000,
    lacks: () =>
      findRedis() === undefined
        ? `needs one of ${REDIS_PROGRAMS.join(', ')} on PATH`
        : process.getuid?.() === 0
          ? undefined
          : 'needs root, to mount the small disks that it fills',
  },
  {
    name: 'lab',
    proves: 'five real Debian servers: enrolment, a real brute force, a block on the fleet',
    deadlineMs: 1_500_000,
    lacks: () =>
      spawnSync('docker', ['version'], { stdio: 'ignore', timeout: 10_000 }).status === 0
        ? undefined
        : 'needs a running Docker engine that this user may talk to (Debian: apt-get install docker.io)',
  },
];

export function leftOutParts(everything: boolean): { runnable: Part[]; leftOut: (Part & { needs: string })[] } {
  const runnable: Part[] = [];
  const leftOut: (Part & { needs: string })[] = [];
  for (const candidate of CANDIDATES) {
    const lacks = candidate.lacks();
    if (lacks !== undefined) leftOut.push({ ...candidate, needs: lacks });
    else if (!everything) {
      leftOut.push({
        ...candidate,
        needs: 'takes minutes and breaks or starts whole machines; runs with MUSTER_TEST=all npm test',
      });
    } else runnable.push(candidate);
  }
  return { runnable, leftOut };
}

/** undefined when there is one. */
export function lacksChromium(): string | undefined {
  return isProgram(CHROMIUM)
    ? undefined
    : `needs Chromium at ${CHROMIUM} (Debian: apt-get install chromium; another place: MUSTER_CHROMIUM)`;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
