// The SSH server as it would decide: `sshd -T` for root from outside, and once more for each Match block, because a block
// can open what the main part closes.
import { z } from 'zod';
import { FIND_FORMAT, couldNot, lines, parseStats, probe, said } from '../probe.ts';
import type { UnreadablePart } from '../probe.ts';
import type { ProbedHost } from '../host.ts';

const CONFIG = '/etc/ssh/sshd_config';
const DROP_INS = '/etc/ssh/sshd_config.d';
/** Of TEST-NET-3: an address that no host of ours has, so the answer is the one a stranger gets. */
const STRANGER = '203.0.113.1';
const MOST_CONTEXTS = 12;

const context = z.strictObject({
  /** The Match line, null for the rest of the world. */
  match: said(160).nullable(),
  permitRootLogin: said(40),
  passwordAuthentication: z.boolean(),
  keyboardInteractive: z.boolean(),
  permitEmptyPasswords: z.boolean(),
  authenticationMethods: said(200),
});
export type SshContext = z.infer<typeof context>;

export const sshd = probe('sshd', {
  sentence: 'Effective settings of the SSH server, per Match block, and whether its files are the ones it runs with',
  cadence: 'hourly',
  costMs: 120,
  privilege: 'sshd -T reads the host keys',
  reading: z.strictObject({
    installed: z.boolean(),
    contexts: z.array(context).max(MOST_CONTEXTS),
    ports: z.array(z.int().min(1).max(65_535)).max(20),
    algorithms: z.array(said(80)).max(300),
    /** Whether a restart would succeed; null when it could not be tried. */
    valid: z.boolean().nullable(),
    problem: said(300).nullable(),
    /** Newest change of its files, and when the service last started or reloaded; seconds since 1970. */
    editedAt: z.int().nonnegative().nullable(),
    loadedAt: z.int().nonnegative().nullable(),
  }),
  async gather(host, unreadable) {
    const outside = await host.run('sshd', ['-T', '-C', connection({})]);
    if (outside === undefined) return ABSENT;
    const tested = await host.run('sshd', ['-t']);
    const files = await host.run('find', [CONFIG, DROP_INS, '-type', 'f', '-printf', FIND_FORMAT]);
    const edited = parseStats(files?.stdout ?? '').map((file) => file.modifiedAt);
    if (outside.code !== 0) couldNot('sshd -T', outside, unreadable);
    const settings = parseSettings(outside.stdout);
    return {
      installed: true,
      contexts: outside.code === 0 ? [contextOf(null, settings), ...(await matches(host, unreadable))] : [],
      ports: [...new Set((settings.get('port') ?? []).map(Number))].filter((port) => port > 0).slice(0, 20),
      algorithms: ['ciphers', 'macs', 'kexalgorithms', 'hostkeyalgorithms']
        .flatMap((key) => (settings.get(key)?.[0] ?? '').split(',').filter((name) => name !== ''))
        .slice(0, 300),
      // As somebody without rights sshd cannot read its keys, which says nothing about its settings.
      valid: tested === undefined || /no hostkeys available/.test(tested.stderr) ? null : tested.code === 0,
      problem:
        tested === undefined || tested.code === 0 ? null : (tested.stderr.trim().split('\n')[0]?.slice(0, 300) ?? null),
      editedAt: edited.length === 0 ? null : Math.max(...edited),
      loadedAt: await loadedAt(host),
    };
  },
});

const ABSENT = {
  installed: false,
  contexts: [],
  ports: [],
  algorithms: [],
  valid: null,
  problem: null,
  editedAt: null,
  loadedAt: null,
};

const connection = ({ user = 'root', address = STRANGER }: { user?: string; address?: string }): string =>
  `user=${user},host=probe,addr=${address}`;

/** Repeated keys (`port`) keep all their values. */
export function parseSettings(text: string): ReadonlyMap<string, readonly string[]> {
  const settings = new Map<string, string[]>();
  for (const line of lines(text)) {
    const space = line.indexOf(' ');
    const key = space < 0 ? line : line.slice(0, space);
    settings.set(key, [...(settings.get(key) ?? []), space < 0 ? '' : line.slice(space + 1)]);
  }
  return settings;
}

function contextOf(match: string | null, settings: ReadonlyMap<string, readonly string[]>): SshContext {
  const first = (key: string): string => settings.get(key)?.[0] ?? '';
  return {
    match,
    permitRootLogin: first('permitrootlogin').slice(0, 40),
    passwordAuthentication: first('passwordauthentication') === 'yes',
    keyboardInteractive: first('kbdinteractiveauthentication') === 'yes',
    permitEmptyPasswords: first('permitemptypasswords') === 'yes',
    authenticationMethods: first('authenticationmethods').slice(0, 200),
  };
}

/** One question per Match block of users or addresses; a block about something else is said to be unread. */
async function matches(host: ProbedHost, unreadable: UnreadablePart[]): Promise<SshContext[]> {
  const listed = await host.run('find', [DROP_INS, '-name', '*.conf', '-type', 'f', '-printf', FIND_FORMAT]);
  const paths = [
    CONFIG,
    ...parseStats(listed?.stdout ?? '')
      .map((file) => file.path)
      .sort(),
  ];
  const contexts: SshContext[] = [];
  for (const path of paths) {
    const file = await host.read(path);
    if (file.state === 'unreadable') unreadable.push({ what: path.slice(0, 80), why: file.why.slice(0, 200) });
    if (file.state !== 'read') continue;
    for (const match of matchLines(file.text)) {
      if (contexts.length >= MOST_CONTEXTS - 1) return contexts;
      const who = whoMatches(match);
      if (who === undefined) {
        unreadable.push({ what: `Match ${match}`.slice(0, 80), why: 'only User and Address blocks are asked about' });
        continue;
      }
      const ran = await host.run('sshd', ['-T', '-C', connection(who)]);
      if (ran?.code === 0) contexts.push(contextOf(match.slice(0, 160), parseSettings(ran.stdout)));
    }
  }
  return contexts;
}

export const matchLines = (config: string): string[] =>
  lines(config).flatMap((line) => {
    const [, criteria] = /^\s*match\s+(.+?)\s*$/i.exec(line) ?? [];
    return criteria === undefined || /^all$/i.test(criteria) ? [] : [criteria];
  });

/** Somebody whom the block is about. Negations and patterns with wildcards name nobody in particular. */
export function whoMatches(criteria: string): { user?: string; address?: string } | undefined {
  const words = criteria.split(/\s+/);
  const who: { user?: string; address?: string } = {};
  for (let i = 0; i + 1 < words.length; i += 2) {
    const [value = ''] = (words[i + 1] ?? '').split(',');
    const kind = words[i]?.toLowerCase();
    if (kind === 'user' && /^[\w.-]+$/.test(value)) who.user = value;
    else if (kind === 'address' && /^[\da-f.:]+(\/\d+)?$/i.test(value)) who.address = value.replace(/\/\d+$/, '');
    else return undefined;
  }
  return who.user === undefined && who.address === undefined ? undefined : who;
}

async function loadedAt(host: ProbedHost): Promise<number | null> {
  const args = [
    'show',
    'ssh.service',
    'sshd.service',
    '--property=ActiveState,StateChangeTimestamp',
    '--timestamp=unix',
  ];
  const shown = await host.run('systemctl', args);
  const [, at] = /ActiveState=active\nStateChangeTimestamp=@(\d+)/.exec(shown?.stdout ?? '') ?? [];
  return at === undefined ? null : Number(at);
}
