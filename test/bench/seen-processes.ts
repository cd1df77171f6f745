// The processes of this machine as specs see them that stop a benchmark: which it has, and which of them are left.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process as nobody else will be: ids come again, the moment of a start does not. */
export interface Known {
  pid: number;
  startedAt: string;
  command: string;
}

/** What `look` finds, as soon as it does; throws with what was said when it does not. */
export async function until<Found>(look: () => Found | undefined, said: () => string): Promise<Found> {
  const deadline = Date.now() + 40_000;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`What was waited for did not come. It said:\n${said()}`);
    await sleep(50);
  }
}

export function descendants(of: number): Known[] {
  const all = everybody();
  const found: Known[] = [];
  for (let parents = [of]; parents.length > 0;) {
    const children = all.filter(({ parent }) => parents.includes(parent));
    found.push(...children);
    parents = children.map(({ pid }) => pid);
  }
  return found;
}

export const isAlive = ({ pid, startedAt }: Known): boolean =>
  everybody().some((other) => other.pid === pid && other.startedAt === startedAt);

export function everybody(): (Known & { parent: number })[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const [state, parent, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return state === 'Z' ? [] : [{ pid: Number(name), parent: Number(parent), startedAt: fields[17] ?? '', command }];
    } catch {
      // It ended while we looked.
      return [];
    }
  });
}
