// What a start of the root helper costs fail2ban: nothing while nothing has changed, a whole look when anything has.
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ChangedFiles } from '../../../host/changes.ts';
import type { Exec } from '../../../host/exec.ts';
import { BansCapability } from '../bans.capability.ts';
import { NOTHING_DESIRED } from '../desired.ts';
import { TableGuard } from '../table-guard.ts';
import { BanTable } from '../table.ts';
import { Fail2banEnforcer } from './enforcer.ts';
import { InForce } from './in-force.ts';
import type { Fail2banView } from './jails.ts';

const PROTECTED = new Set(['192.0.2.1']);
const CLIENT = '/usr/bin/fail2ban-client';

let folder = '';
let fail2ban: Server | undefined;
/** What fail2ban-client was asked since the last look. */
let asked: string[] = [];
/** What the running jails do. */
let running = { reports: true, ignored: ['192.0.2.1'] };
/** Happens while the configuration is being tried. */
let meanwhile: () => void = () => undefined;
let refuses = false;

const at = (...names: string[]): string => join(folder, ...names);
const record = (): string => at('state', 'fail2ban-in-force.json');

async function startFail2ban(): Promise<void> {
  fail2ban = createServer().listen(at('fail2ban.sock'));
  await once(fail2ban, 'listening');
}
async function stopFail2ban(): Promise<void> {
  await new Promise((resolve) => fail2ban?.close(resolve));
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-in-force-'));
  for (const name of ['state', 'scratch', 'etc', 'etc/action.d', 'etc/jail.d']) mkdirSync(at(name));
  writeFileSync(at('etc', 'jail.conf'), '[DEFAULT]\nbantime = 10m\n');
  await startFail2ban();
  asked = [];
  running = { reports: true, ignored: ['192.0.2.1'] };
  meanwhile = () => undefined;
  refuses = false;
});
afterEach(async () => {
  await stopFail2ban();
  rmSync(folder, { recursive: true });
});

const client: Exec = (_, args) => {
  asked.push(args.filter((arg) => !arg.startsWith(folder)).join(' '));
  if (args.includes('-t')) meanwhile();
  const code = args.includes('-t') && refuses ? 255 : 0;
  return Promise.resolve({ code, stdout: '', stderr: code === 0 ? '' : 'ERROR no such filter', durationMs: 1 });
};

const view = (): Promise<Fail2banView> =>
  Promise.resolve({
    facts: {
      at: '2026-11-22T00:00:00.000Z',
      version: '1.0.2',
      running: true,
      why: null,
      jails: [
        {
          jail: 'sshd',
          banned: [],
          bannedTotal: 0,
          failedTotal: 0,
          maxRetry: 5,
          findSeconds: 600,
          banSeconds: 600,
          ignored: running.ignored,
          logs: [],
        },
      ],
    },
    reporting: new Set(running.reports ? ['sshd'] : []),
    database: null,
  });

/** As every start of the root helper makes it. */
async function nextProcess(agent = '1.0.0'): Promise<Fail2banEnforcer> {
  return new Fail2banEnforcer({
    exec: client,
    tools: (tool) => (tool === 'fail2ban-client' ? CLIENT : undefined),
    files: await ChangedFiles.open(at('state', 'changed-files.json')),
    folder: at('etc'),
    scratchFolder: at('scratch'),
    eventProgram: '/opt/muster-agent/current/libexec/muster-f2b-event',
    view,
    recentView: view,
    remembered: new InForce({ path: record(), folder: at('etc'), socket: at('fail2ban.sock'), agent }),
  });
}

async function askedByNextProcess(agent?: string): Promise<string[]> {
  asked = [];
  const enforcer = await nextProcess(agent);
  expect(await enforcer.sync(PROTECTED)).toEqual({ ok: true, note: null });
  return asked;
}

const WHOLE = ['-c -d', '-c -t', 'reload'];

it('reads and reloads fail2ban at the first start, and at none that finds everything as it was', async () => {
  expect(await askedByNextProcess()).toEqual(WHOLE);
  expect(readFileSync(at('etc/jail.d/muster.local'), 'utf8')).toContain('ignoreip = 192.0.2.1');
  expect(statSync(record()).mode & 0o777).toBe(0o600);
  expect(await askedByNextProcess()).toEqual([]);
  expect(await askedByNextProcess()).toEqual([]);
});

const changes: Record<string, () => unknown> = {
  'an administrator changed a file': () => appendFileSync(at('etc/jail.conf'), '\n'),
  'a file was written anew with what was in it': () =>
    writeFileSync(at('etc/jail.conf'), readFileSync(at('etc/jail.conf'))),
  'a file came': () => writeFileSync(at('etc/jail.d/50-web.local'), '[nginx]\nenabled = true\n'),
  'a file went': () => rmSync(at('etc/jail.conf')),
  'somebody changed our file': () => appendFileSync(at('etc/jail.d/muster.local'), '# mine\n'),
  'somebody removed our file': () => rmSync(at('etc/action.d/muster.conf')),
  'fail2ban was restarted': async () => {
    await stopFail2ban();
    await startFail2ban();
  },
  'what was written down is damaged': () => writeFileSync(record(), '{"v":1,"inForce":'),
  'what was written down has another shape': () => writeFileSync(record(), '{"v":2}'),
  'what was written down is of another configuration': () => {
    const kept = JSON.parse(readFileSync(record(), 'utf8')) as object;
    writeFileSync(record(), JSON.stringify({ ...kept, basis: '0'.repeat(64) }));
  },
};
it.each(Object.keys(changes))('reads it again after a start when %s', async (what) => {
  await askedByNextProcess();
  await changes[what]?.();
  expect(await askedByNextProcess()).toEqual(WHOLE);
  expect(await askedByNextProcess()).toEqual([]);
});

it('reads it again for another agent, and for another list of who is never blocked', async () => {
  await askedByNextProcess();
  expect(await askedByNextProcess('1.0.1')).toEqual(WHOLE);
  asked = [];
  await (await nextProcess('1.0.1')).sync(new Set());
  expect(asked).toEqual(WHOLE);
});

it('believes the running jails more than what it wrote down', async () => {
  await askedByNextProcess();
  running = { reports: true, ignored: [] };
  expect(await askedByNextProcess()).toEqual(WHOLE);
  running = { reports: false, ignored: ['192.0.2.1'] };
  expect((await askedByNextProcess()).slice(0, 4)).toEqual([...WHOLE, 'set sshd addaction muster']);
});

it('keeps nothing that it cannot vouch for', async () => {
  meanwhile = () => appendFileSync(at('etc/jail.conf'), '# while it was tried\n');
  await askedByNextProcess();
  expect(existsSync(record())).toBe(false);
  meanwhile = () => undefined;
  mkdirSync(at('elsewhere'));
  symlinkSync(at('elsewhere'), at('etc/filter.d'));
  await askedByNextProcess();
  expect(existsSync(record())).toBe(false);
  rmSync(at('etc/filter.d'));
  await askedByNextProcess();
  expect(existsSync(record())).toBe(true);
});

it('forgets when fail2ban refuses, and when everything is given back', async () => {
  await askedByNextProcess();
  refuses = true;
  const note = 'fail2ban refused the configuration, nothing was changed: no such filter';
  expect(await (await nextProcess()).sync(new Set())).toEqual({ ok: false, note });
  expect(existsSync(record())).toBe(false);
  refuses = false;
  await askedByNextProcess();
  expect(existsSync(record())).toBe(true);
  await (await nextProcess()).remove();
  expect(existsSync(record())).toBe(false);
});

it('lets the table have its turn before fail2ban after a start', async () => {
  writeFileSync(at('bans.json'), JSON.stringify({ ...NOTHING_DESIRED, managed: true }));
  const files = await ChangedFiles.open(at('state', 'changed-files.json'));
  const tools = () => undefined;
  const bans = await BansCapability.open({
    desiredPath: at('bans.json'),
    table: new BanTable({ exec: client, tools, now: Date.now, guardState: { path: at('current.nft') } }),
    guard: new TableGuard({ exec: client, tools, files, unitFolder: at('units'), restoreProgram: '/none' }),
    fail2ban: await nextProcess(),
    neverBlocked: () => Promise.resolve([]),
    forgetGuardState: () => Promise.resolve(),
    now: Date.now,
  });
  await bans.upkeep(true);
  expect(existsSync(at('current.nft'))).toBe(true);
  expect(asked).toEqual([]);
  const { held } = await bans.report();
  expect([asked, held.fail2banSynced]).toEqual([WHOLE, true]);
});
