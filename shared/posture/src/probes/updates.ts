// What the package manager would install, whether it does so by itself, and what waits for a restart. Debian and Ubuntu;
// elsewhere it says that it does not know.
import { z } from 'zod';
import type { ProbedHost } from '../host.ts';
import { couldNot, lines, probe, said, textOf } from '../probe.ts';
import type { UnreadablePart } from '../probe.ts';

const pending = z.strictObject({ name: said(80), from: said(60).nullable(), to: said(60), security: z.boolean() });
export type PendingUpdate = z.infer<typeof pending>;

export const updates = probe('updates', {
  sentence: 'Pending updates, unattended upgrades, and what waits for a restart',
  cadence: 'hourly',
  costMs: 900,
  privilege: null,
  reading: z.strictObject({
    os: z.strictObject({ id: said(40), version: said(40), name: said(120) }),
    manager: z.enum(['apt']).nullable(),
    pending: z.array(pending).max(1000).nullable(),
    /** Age of the lists it was computed from; null when there are none. */
    listsAt: z.int().nonnegative().nullable(),
    automatic: z
      .strictObject({
        lists: z.boolean(),
        upgrade: z.boolean(),
        security: z.boolean(),
        timers: z.boolean(),
        /** Of the last run: `success`, `exit-code` …; null when it never ran. */
        lastResult: said(40).nullable(),
        lastRunAt: z.int().nonnegative().nullable(),
      })
      .nullable(),
    rebootFor: z.array(said(80)).max(50).nullable(),
  }),
  async gather(host, unreadable) {
    const os = parseOs((await textOf(host, '/etc/os-release', unreadable)) ?? '');
    // A new kernel is a new package that the installed one begins to need: without --with-new-pkgs it would be kept back, unsaid.
    const simulated = await host.run('apt-get', ['-s', '-o', 'Debug::NoLocking=true', '--with-new-pkgs', 'upgrade']);
    if (simulated === undefined)
      return { os, manager: null, pending: null, listsAt: null, automatic: null, rebootFor: null };
    if (simulated.code !== 0) couldNot('pending updates', simulated, unreadable);
    const config = await host.run('apt-config', ['dump', 'APT::Periodic', 'Unattended-Upgrade']);
    const units = await host.run('systemctl', [
      'show',
      'apt-daily.timer',
      'apt-daily-upgrade.timer',
      '--property=Id,ActiveState',
    ]);
    const last = await host.run('systemctl', [
      'show',
      'apt-daily-upgrade.service',
      '--property=Result,ExecMainExitTimestamp',
      '--timestamp=unix',
    ]);
    const lists = await host.run('find', ['/var/lib/apt/lists', '-name', '*InRelease', '-printf', '%T@\\n']);
    const times = lines(lists?.stdout ?? '').map((line) => Math.floor(Number(line)));
    return {
      os,
      manager: 'apt' as const,
      pending: simulated.code === 0 && times.length > 0 ? parsePending(simulated.stdout).slice(0, 1000) : null,
      listsAt: times.length === 0 ? null : Math.max(...times),
      automatic: {
        lists: isOn(config?.stdout ?? '', 'APT::Periodic::Update-Package-Lists'),
        upgrade: isOn(config?.stdout ?? '', 'APT::Periodic::Unattended-Upgrade'),
        security: /Unattended-Upgrade::(Origins-Pattern|Allowed-Origins):: "[^"]*security/i.test(config?.stdout ?? ''),
        timers: (units?.stdout.match(/ActiveState=active/g) ?? []).length === 2,
        ...parseLastRun(last?.stdout ?? ''),
      },
      rebootFor: await rebootReasons(host, unreadable),
    };
  },
});

async function rebootReasons(host: ProbedHost, unreadable: UnreadablePart[]): Promise<string[]> {
  // The mark is an empty file: that it is there is what it says.
  const mark = await host.read('/run/reboot-required');
  if (mark.state === 'absent') return [];
  const names = lines((await textOf(host, '/run/reboot-required.pkgs', unreadable)) ?? '');
  const distinct = [...new Set(names)].map((name) => name.slice(0, 80)).slice(0, 50);
  return distinct.length === 0 ? ['not said'] : distinct;
}

export function parsePending(text: string): PendingUpdate[] {
  return lines(text).flatMap((line) => {
    const [, name, from, to, origin] =
      /^Inst (\S+)(?: \[([^\]]+)\])? \((\S+) ([^)]*?)(?: \[[^\]]*\])?\)/.exec(line) ?? [];
    if (name === undefined || to === undefined || origin === undefined) return [];
    return [
      {
        name: name.slice(0, 80),
        from: from?.slice(0, 60) ?? null,
        to: to.slice(0, 60),
        security: /Debian-Security|-security\b|UbuntuESM/.test(origin),
      },
    ];
  });
}

export function parseOs(text: string): { id: string; version: string; name: string } {
  const value = (key: string): string => new RegExp(`^${key}="?([^"\\n]*)"?$`, 'm').exec(text)?.[1] ?? '';
  return {
    id: value('ID').slice(0, 40),
    version: value('VERSION_ID').slice(0, 40),
    name: value('PRETTY_NAME').slice(0, 120),
  };
}

const isOn = (config: string, key: string): boolean => {
  const value = new RegExp(`^${key} "([^"]*)"`, 'm').exec(config)?.[1];
  return value !== undefined && value !== '0' && value !== '';
};

function parseLastRun(text: string): { lastResult: string | null; lastRunAt: number | null } {
  const at = Number(/ExecMainExitTimestamp=@(\d+)/.exec(text)?.[1] ?? 0);
  if (at === 0) return { lastResult: null, lastRunAt: null };
  return { lastResult: (/Result=(\S*)/.exec(text)?.[1] ?? '').slice(0, 40), lastRunAt: at };
}
