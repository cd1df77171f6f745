// `npm run lab -- plant CHECK|all --on SERVER` and `remove`: weaknesses of one's own lab, to see what the posture says of them.
import type { Machine } from '../machine.ts';
import { WEAKNESSES } from './weaknesses.ts';

const DEADLINE_MS = 120_000;

/**
 * Plants what a check finds, or takes it away again; all of them in the order in which they were thought of, and back. A server
 * of `lab -- up` has no web server, database or mail: what needs one cannot be planted there, which is said and goes on.
 */
export async function change(
  machine: Pick<Machine, 'name' | 'trySh'>,
  how: 'plant' | 'remove',
  what: string,
  say: (sentence: string) => void,
): Promise<void> {
  const all = how === 'plant' ? WEAKNESSES : WEAKNESSES.toReversed();
  const chosen = what === 'all' ? all : all.filter(({ check }) => check === what);
  if (chosen.length === 0) {
    const known = [...new Set(WEAKNESSES.map(({ check }) => check))].sort().join(', ');
    throw new Error(`There is no weakness for "${what}". Name "all" or one of: ${known}.`);
  }
  let done = 0;
  for (const one of chosen) {
    const ran = await machine.trySh(one[how], { deadlineMs: DEADLINE_MS });
    if (ran.code === 0) {
      done += 1;
      say(`${one.check} ${how === 'plant' ? `is planted; its finding shows ${one.shows}` : 'is taken away'}`);
    } else {
      const [first = `it ended with ${ran.code}`] = `${ran.stderr}\n${ran.stdout}`
        .split('\n')
        .filter((line) => line !== '');
      say(`${one.check} could not be ${how === 'plant' ? 'planted' : 'taken away'} on ${machine.name}: ${first}`);
    }
  }
  if (done === 0) throw new Error(`Nothing could be ${how === 'plant' ? 'planted' : 'taken away'} on ${machine.name}.`);
}
