// The test of fail2ban's configuration is left out only while its answer cannot have changed.
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProbedHost, Ran } from '@muster/posture/host';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { InForce } from '../bans/fail2ban/in-force.ts';
import { parseFail2ban } from '../bans/fail2ban/jails.ts';
import { rememberingTest } from './remembered-test.ts';

let folder: string;
let fail2ban: Server;
let asked: string[] = [];
let code = 0;
let running = true;
let clock = 0;
let meanwhile: () => void = () => undefined;
const at = (...names: string[]): string => join(folder, ...names);

const startFail2ban = (): Promise<void> =>
  new Promise((resolve) => {
    fail2ban = createServer().listen(at('fail2ban.sock'), () => resolve());
  });
const stopFail2ban = (): Promise<void> => new Promise((resolve) => fail2ban.close(() => resolve()));

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-remembered-test-'));
  mkdirSync(at('etc', 'jail.d'), { recursive: true });
  mkdirSync(at('state'));
  writeFileSync(at('etc', 'jail.conf'), '[DEFAULT]\n');
  writeFileSync(at('auth.log'), '');
  await startFail2ban();
  [code, running, clock, meanwhile] = [0, true, Date.parse('2026-11-22T08:00:00Z'), () => undefined];
});
afterEach(async () => {
  await stopFail2ban();
  rmSync(folder, { recursive: true });
});

const host: ProbedHost = {
  run(tool, args): Promise<Ran> {
    asked.push([tool, ...args].join(' '));
    meanwhile();
    return Promise.resolve({
      code,
      stdout: '',
      stderr: code === 0 ? '' : 'ERROR Have not found any log file for sshd jail',
    });
  },
  read: () => Promise.resolve({ state: 'absent' }),
  recall: () => Promise.resolve(null),
  keep: () => Promise.resolve(),
};

const JAIL = {
  jail: 'sshd',
  banned: [],
  bannedTotal: 0,
  failedTotal: 0,
  maxRetry: 5,
  findSeconds: 600,
  banSeconds: 600,
  ignored: [],
  actions: ['muster'],
};

/** What the next root helper runs, and the answer that its probe gets. */
async function test(): Promise<[asked: string[], code: number | undefined]> {
  asked = [];
  const passed = new InForce({
    path: at('state', 'tested.json'),
    folder: at('etc'),
    socket: at('fail2ban.sock'),
    agent: '1',
  });
  const view = () =>
    Promise.resolve(
      parseFail2ban(JSON.stringify({ running, jails: [{ ...JAIL, logs: [at('auth.log')] }] }), new Date()),
    );
  const ran = await rememberingTest(host, { passed, view, now: () => clock }).run('fail2ban-client', ['-t']);
  return [asked, ran?.code];
}

const RUN = ['fail2ban-client -t'];

it('is run once while nothing changes, by whichever process', async () => {
  expect(await test()).toEqual([RUN, 0]);
  clock += 5 * 60_000;
  expect(await test()).toEqual([[], 0]);
  clock += 54 * 60_000;
  expect(await test()).toEqual([[], 0]);
});

const changes: Record<string, () => unknown> = {
  'a file was changed': () => appendFileSync(at('etc/jail.conf'), '\n'),
  'a file came': () => writeFileSync(at('etc/jail.d/web.local'), '[nginx]\nenabled = true\n'),
  'a file went': () => rmSync(at('etc/jail.conf')),
  'the log of a jail is gone': () => rmSync(at('auth.log')),
  'fail2ban was restarted': async () => {
    await stopFail2ban();
    await startFail2ban();
  },
  'an hour has passed': () => (clock += 3600_000),
  'the clock was set back': () => (clock -= 1000),
  'what was written down is damaged': () => writeFileSync(at('state/tested.json'), '{"v":1,'),
};
it.each(Object.keys(changes))('is run again when %s', async (what) => {
  await test();
  await changes[what]?.();
  expect((await test())[0]).toEqual(RUN);
});

it('is run each time while it fails', async () => {
  await test();
  appendFileSync(at('etc/jail.conf'), 'broken\n');
  code = 255;
  expect(await test()).toEqual([RUN, 255]);
  expect(await test()).toEqual([RUN, 255]);
  code = 0;
  expect(await test()).toEqual([RUN, 0]);
  expect(await test()).toEqual([[], 0]);
});

it('is not believed of what changed while it was run, nor of a fail2ban that does not run', async () => {
  meanwhile = () => appendFileSync(at('etc/jail.conf'), '# while it was tried\n');
  await test();
  meanwhile = () => undefined;
  expect((await test())[0]).toEqual(RUN);
  running = false;
  appendFileSync(at('etc/jail.conf'), '\n');
  await test();
  expect((await test())[0]).toEqual(RUN);
});

it('leaves every other question as it is', async () => {
  asked = [];
  const passed = new InForce({
    path: at('state', 'tested.json'),
    folder: at('etc'),
    socket: at('fail2ban.sock'),
    agent: '1',
  });
  const remembering = rememberingTest(host, {
    passed,
    view: () => Promise.reject(new Error('not asked')),
    now: () => clock,
  });
  await remembering.run('fail2ban-client', ['ping']);
  await remembering.run('sshd', ['-t']);
  expect(asked).toEqual(['fail2ban-client ping', 'sshd -t']);
});
