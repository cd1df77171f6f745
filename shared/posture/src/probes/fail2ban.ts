// fail2ban as it runs: its unit, its jails with their limits, whether its files would start it again, who may talk to
// it, and whether what it lists as banned is in the kernel.
import { z } from 'zod';
import type { ProbedHost } from '../host.ts';
import { FIND_FORMAT, couldNot, lines, octal, parseStats, probe, said } from '../probe.ts';

const SOCKET = '/run/fail2ban/fail2ban.sock';
const MOST_JAILS = 40;

const jail = z.strictObject({
  jail: said(64),
  maxRetry: z.int().nullable(),
  findSeconds: z.int().nullable(),
  banSeconds: z.int().nullable(),
  /** Ports of its rule in the kernel; empty when it has none yet, or for all ports. */
  ports: z.array(z.int()).max(100),
  /** Addresses and ranges that it never bans; null when not asked. */
  ignored: z.array(said(64)).max(100).nullable().default(null),
  banned: z.int().nonnegative(),
  /** Listed as banned, absent from the kernel; null when the two could not be compared. */
  unenforced: z.array(said(64)).max(50).nullable(),
});
export type Jail = z.infer<typeof jail>;

export const fail2ban = probe('fail2ban', {
  sentence: 'fail2ban’s unit, jails, limits, files and socket, and whether its bans are in the kernel',
  cadence: 'minutes',
  costMs: 900,
  privilege: 'its socket belongs to root',
  reading: z.strictObject({
    installed: z.boolean(),
    active: z.boolean(),
    enabled: z.boolean(),
    /** null: not allowed to ask. */
    answers: z.boolean().nullable(),
    valid: z.boolean().nullable(),
    problem: said(300).nullable(),
    socket: z.strictObject({ mode: said(5), owner: said(64) }).nullable(),
    jails: z.array(jail).max(MOST_JAILS),
  }),
  async gather(host, unreadable) {
    const pinged = await host.run('fail2ban-client', ['ping']);
    if (pinged === undefined) return NOT_INSTALLED;
    const unit = await host.run('systemctl', ['show', 'fail2ban.service', '--property=ActiveState,UnitFileState']);
    const denied = /permission|Operation not permitted|must be root/i.test(pinged.stderr);
    if (denied) couldNot('fail2ban’s socket', pinged, unreadable);
    const tested = denied ? undefined : await host.run('fail2ban-client', ['-t']);
    const found = await host.run('find', [SOCKET, '-printf', FIND_FORMAT]);
    const [socket] = parseStats(found?.stdout ?? '');
    return {
      installed: true,
      active: /ActiveState=active/.test(unit?.stdout ?? ''),
      enabled: /UnitFileState=enabled/.test(unit?.stdout ?? ''),
      answers: denied ? null : /pong/.test(pinged.stdout),
      valid: tested === undefined ? null : tested.code === 0,
      problem: tested === undefined || tested.code === 0 ? null : complaint(`${tested.stderr}\n${tested.stdout}`),
      socket: socket === undefined ? null : { mode: octal(socket.mode), owner: socket.user.slice(0, 64) },
      jails: /pong/.test(pinged.stdout) ? await jailsOf(host) : [],
    };
  },
});

const NOT_INSTALLED = {
  installed: false,
  active: false,
  enabled: false,
  answers: false,
  valid: null,
  problem: null,
  socket: null,
  jails: [],
};

const complaint = (text: string): string =>
  (lines(text).find((line) => /error|have not found|failed/i.test(line)) ?? lines(text)[0] ?? 'the test failed').slice(
    0,
    300,
  );

/** What is asked of each jail. */
const OF_A_JAIL = ['maxretry', 'findtime', 'bantime', 'ignoreip'] as const;

async function jailsOf(host: ProbedHost): Promise<Jail[]> {
  const [status = '', listed = ''] = (await answers(host, ['status', 'banned'])) ?? [];
  const names = (/Jail list:\s*(.*)/.exec(status)?.[1] ?? '')
    .split(/[\s,]+/)
    // It reads words as a shell does.
    .filter((name) => /^[\w.-]+$/.test(name))
    .slice(0, MOST_JAILS);
  const banned = parseBanned(listed);
  const table = await host.run('nft', ['-j', 'list', 'table', 'inet', 'f2b-table']);
  const kernel = table?.code === 0 ? parseF2bTable(table.stdout) : undefined;
  const said = await answers(
    host,
    names.flatMap((name) => OF_A_JAIL.map((what) => `get ${name} ${what}`)),
  );
  return names.map((name, index) => {
    const at = index * OF_A_JAIL.length;
    const [maxRetry, findSeconds, banSeconds, ignored] = said?.slice(at, at + OF_A_JAIL.length) ?? [];
    const addresses = banned.get(name) ?? [];
    const held = kernel?.get(name);
    return {
      jail: name.slice(0, 64),
      maxRetry: numberIn(maxRetry),
      findSeconds: numberIn(findSeconds),
      banSeconds: numberIn(banSeconds),
      ports: held?.ports ?? [],
      ignored: parseIgnored(ignored),
      banned: addresses.length,
      unenforced:
        addresses.length === 0
          ? []
          : // Another action than nftables puts its bans elsewhere: then there is nothing to compare.
            kernel === undefined && table?.code !== 1
            ? null
            : addresses.filter((address) => held?.addresses.has(address) !== true).slice(0, 50),
    };
  });
}

const PROMPT = /^fail2ban> /m;

/**
 * fail2ban-client answers one question a process, each of which takes as long as Python takes to start; asked as a person asks
 * (`-i`), it answers all of them, each behind its prompt. undefined: there are not as many answers as questions.
 */
async function answers(host: ProbedHost, questions: readonly string[]): Promise<string[] | undefined> {
  if (questions.length === 0) return [];
  const ran = await host.run('fail2ban-client', ['-i'], `${[...questions, 'quit'].join('\n')}\n`);
  // Before the first prompt it says its name, behind the last one it is told to quit.
  const parts = ran?.stdout.split(PROMPT).slice(1, -1) ?? [];
  return parts.length === questions.length ? parts : undefined;
}

function numberIn(answer: string | undefined): number | null {
  const value = Number.parseInt(answer ?? '', 10);
  return Number.isInteger(value) ? value : null;
}

/** A list with branches (`|- 127.0.0.0/8`), or a sentence when there is none. */
function parseIgnored(answer: string | undefined): string[] | null {
  if (answer === undefined || /^(Sorry|Unable)\b/.test(answer)) return null;
  return lines(answer)
    .flatMap((line) => /^[|`]- (\S+)/.exec(line)?.[1]?.slice(0, 64) ?? [])
    .slice(0, 100);
}

/** `[{'sshd': ['192.0.2.1', '2001:db8::5']}, {'nginx': []}]`, a Python value. */
export function parseBanned(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [, name, list] of text.matchAll(/'([^']+)':\s*\[([^\]]*)\]/g)) {
    if (name === undefined || list === undefined) continue;
    found.set(
      name,
      [...list.matchAll(/'([^']+)'/g)].flatMap(([, address]) => address ?? []),
    );
  }
  return found;
}

const setObject = z.object({ name: z.string(), elem: z.array(z.unknown()).optional() });
const ruleObject = z.object({ expr: z.array(z.unknown()) });

/** Sets `addr-set-<jail>` and `addr6-set-<jail>` with the ports of the rules that use them. */
export function parseF2bTable(json: string): Map<string, { addresses: Set<string>; ports: number[] }> {
  const jails = new Map<string, { addresses: Set<string>; ports: number[] }>();
  const jailNamed = (name: string): { addresses: Set<string>; ports: number[] } => {
    const known = jails.get(name) ?? { addresses: new Set<string>(), ports: [] };
    jails.set(name, known);
    return known;
  };
  const parsed: unknown = JSON.parse(json);
  const entries = z.object({ nftables: z.array(z.record(z.string(), z.unknown())) }).parse(parsed).nftables;
  for (const entry of entries) {
    const set = setObject.safeParse(entry.set).data;
    const name = /^addr6?-set-(.+)$/.exec(set?.name ?? '')?.[1];
    if (set !== undefined && name !== undefined) {
      for (const element of set.elem ?? []) if (typeof element === 'string') jailNamed(name).addresses.add(element);
    }
    const text = JSON.stringify(ruleObject.safeParse(entry.rule).data?.expr ?? []);
    const used = /"@addr6?-set-([^"]+)"/.exec(text)?.[1];
    if (used === undefined) continue;
    const ports = /"field":"dport"\}\},"right":(\{"set":\[[^\]]*\]\}|\d+)/.exec(text)?.[1] ?? '';
    const jail = jailNamed(used);
    jail.ports = [...new Set([...jail.ports, ...[...ports.matchAll(/\d+/g)].map(Number)])].slice(0, 100);
  }
  return jails;
}
