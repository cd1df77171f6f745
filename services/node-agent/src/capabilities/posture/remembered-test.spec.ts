// The test of fail2ban's configuration is left out only while its answer cannot have changed.
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProbedHost, Ran } from '@muster/posture/host';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { InForce } from '../bans/fail2ban/in-force.ts';
import { rememberingTest } from './remembered-test.ts';

let folder: string;
let fail2ban: Server;
let asked: string[] = [];
let code = 0;
/** Log files that a jail found. */
let found: [jail: string, log: string][] = [];
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
  for (const log of ['auth.log', 'shop.log', 'blog.log']) writeFileSync(at(log), '');
  await startFail2ban();
  [code, clock, meanwhile] = [0, Date.parse('2026-11-22T08:00:00Z'), () => undefined];
  found = [
    ['sshd', at('auth.log')],
    ['web', at('shop.log')],
    ['web', at('blog.log')],
  ];
});
afterEach(async () => {
  await stopFail2ban();
  rmSync(folder, { recursive: true });
});

/** As `fail2ban-client -d` of 1.0.2 prints it. */
const DUMPED = [
  "['set', 'syslogsocket', 'auto']",
  "['add', 'sshd', 'auto']",
  "['set', 'sshd', 'addfailregex', \"^'addlogpath', <HOST>$\"]",
  "['start', 'sshd']",
];
const logLine = ([jail, log]: readonly [string, string]): string =>
  `['set', '${jail}', 'addlogpath', '${log}', 'head']`;

const host: ProbedHost = {
  run(tool, args): Promise<Ran> {
    asked.push([tool, ...args].join(' '));
    meanwhile();
    if (args.includes('-d')) {
      return Promise.resolve({ code: 0, stdout: [...DUMPED, ...found.map(logLine), ''].join('\n'), stderr: '' });
    }
    return Promise.resolve({
      code,
      stdout: code === 0 ? 'OK: configuration test is successful\n' : '',
      stderr: code === 0 ? '' : 'ERROR Have not found any log file for sshd jail',
    });
  },
  read: () => Promise.resolve({ state: 'absent' }),
  recall: () => Promise.resolve(null),
  keep: () => Promise.resolve(),
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
  const ran = await rememberingTest(host, { passed, now: () => clock }).run('fail2ban-client', ['-t']);
  return [asked, ran?.code];
}

const FAILED = ['fail2ban-client -t'];
/** And what it found is asked for, to be looked for from then on. */
const RUN = [...FAILED, 'fail2ban-client -d'];

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
  'the last log of a jail is gone': () => ['shop.log', 'blog.log'].forEach((log) => rmSync(at(log))),
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
  expect(await test()).toEqual([FAILED, 255]);
  expect(await test()).toEqual([FAILED, 255]);
  code = 0;
  expect(await test()).toEqual([RUN, 0]);
  expect(await test()).toEqual([[], 0]);
});

it('is not run again while a jail has a log left', async () => {
  await test();
  rmSync(at('shop.log'));
  expect(await test()).toEqual([[], 0]);
});

it('is not believed of what changed while it was run, nor where fail2ban does not run', async () => {
  meanwhile = () => appendFileSync(at('etc/jail.conf'), '# while it was tried\n');
  await test();
  meanwhile = () => undefined;
  expect((await test())[0]).toEqual(RUN);
  await stopFail2ban();
  await test();
  expect((await test())[0]).toEqual(RUN);
  await startFail2ban();
});

it('is not believed where the name of a log is not understood', async () => {
  found.push(['web', `${at('it')}\\'s.log`]);
  expect(await test()).toEqual([RUN, 0]);
  expect(await test()).toEqual([RUN, 0]);
});

it('leaves every other question as it is', async () => {
  asked = [];
  const passed = new InForce({
    path: at('state', 'tested.json'),
    folder: at('etc'),
    socket: at('fail2ban.sock'),
    agent: '1',
  });
  const remembering = rememberingTest(host, { passed, now: () => clock });
  await remembering.run('fail2ban-client', ['ping']);
  await remembering.run('sshd', ['-t']);
  expect(asked).toEqual(['fail2ban-client ping', 'sshd -t']);
});
