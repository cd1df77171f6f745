// What a jail saw, from look to look: enough failed sign-ins have to come together before anybody is called blind.
import { expect, it } from 'vitest';
import check from '../checks/f2b-004-blind.ts';
import type { ProbedHost, Ran } from '../host.ts';
import { posturePolicy } from '../policy.ts';
import { jailSight } from './jail-sight.ts';

const circumstances = { policy: posturePolicy, now: new Date('2026-11-22T07:00:00Z') };
const ran = (stdout: string): Promise<Ran> => Promise.resolve({ code: 0, stdout, stderr: '' });
const attempts = (count: number, from = '203.0.113.66'): string =>
  `Failed password for root from ${from} port 4711 ssh2\n`.repeat(count);

/** A server between looks; only what it keeps passes from one to the next. */
function server() {
  const state = { now: 1_700_000_000, total: 0, journal: '' };
  let remembered: string | null = null;
  const host: ProbedHost = {
    run: (tool, args) => {
      if (tool === 'date') return ran(`${state.now}\n`);
      if (tool === 'journalctl') return ran(state.journal);
      if (args[0] === 'status') return ran(`|- Filter\n|  \`- Total failed:\t${state.total}\n`);
      return ran('These IP addresses/networks are ignored:\n|- 127.0.0.0/8\n`- 198.51.100.0/24\n');
    },
    read: () => Promise.resolve({ state: 'absent' }),
    recall: () => Promise.resolve(remembered),
    keep: (_, text) => {
      remembered = text;
      return Promise.resolve();
    },
  };
  const look = async (after: number, total: number, journal: string) => {
    Object.assign(state, { now: state.now + after, total, journal });
    const reading = jailSight.reading.parse(await jailSight.gather(host, []));
    return check.judge({ jailSight: reading }, circumstances).state;
  };
  return { look };
}

it('calls a jail blind that counts less than half of five failures and more', async () => {
  const { look } = server();
  expect(await look(0, 40, attempts(20))).toBe('not-applicable');
  expect(await look(3600, 40, attempts(4))).toBe('not-applicable');
  expect(await look(3600, 41, attempts(6))).toBe('fail');
  expect(await look(3600, 41, '')).toBe('fail');
  expect(await look(3600, 48, attempts(7))).toBe('pass');
});

it('expects nothing of addresses that are ignored', async () => {
  const { look } = server();
  await look(0, 0, '');
  expect(await look(3600, 0, attempts(4) + attempts(30, '198.51.100.7') + attempts(9, '127.0.0.1'))).toBe(
    'not-applicable',
  );
});

it('counts anew with a jail that was started anew', async () => {
  const { look } = server();
  await look(0, 900, '');
  expect(await look(3600, 5, attempts(6))).toBe('pass');
});
