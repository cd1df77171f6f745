// Who signed in with which key, when and from where: what sshd wrote into the journal, kept in a ledger on the server so
// that it outlives the journal. Only entries that root's own sshd wrote count, because anybody may write the same words.
import { z } from 'zod';
import { hostTime } from '../first-seen.ts';
import type { ProbedHost } from '../host.ts';
import { couldNot, lines, probe, said } from '../probe.ts';

const LEDGER = 'key-uses';
const MOST_USES = 2000;
const MOST_NETWORKS = 2000;
/** Of one look; a flood of logins is read in several. */
const MOST_ENTRIES = 5000;

const use = z.strictObject({
  account: said(64),
  /** null: a password or something else than a key. */
  fingerprint: said(60).nullable(),
  firstAt: z.int().nonnegative(),
  lastAt: z.int().nonnegative(),
  from: said(64),
  count: z.int().positive(),
});
export type KeyUse = z.infer<typeof use>;

const network = z.strictObject({ account: said(64), network: said(64), firstAt: z.int().nonnegative() });

const ledger = z.strictObject({
  since: z.int().nonnegative(),
  cursor: z.string().max(400).nullable(),
  uses: z.array(use),
  networks: z.array(network),
});
type Ledger = z.infer<typeof ledger>;

export const keyUses = probe('key-uses', {
  sentence: 'Which key signed in to which account, first, last and from where, kept longer than the journal',
  cadence: 'minutes',
  costMs: 60,
  privilege: 'the system journal',
  reading: z.strictObject({
    read: z.boolean(),
    /** Where the history begins; null when there is none. */
    since: z.int().nonnegative().nullable(),
    uses: z.array(use).max(MOST_USES),
    networks: z.array(network).max(MOST_NETWORKS),
  }),
  async gather(host, unreadable) {
    const before = await recalled(host);
    const ran = await host.run('journalctl', [
      '_UID=0',
      '_COMM=sshd',
      '+',
      '_UID=0',
      '_COMM=sshd-session',
      '--grep=^Accepted ',
      '--output=json',
      '--output-fields=MESSAGE',
      '--quiet',
      ...(before?.cursor == null ? [`--lines=${MOST_ENTRIES}`] : [`--cursor=${before.cursor}`]),
    ]);
    // Nothing found is exit code 1 without a word.
    const read = ran !== undefined && (ran.code === 0 || (ran.code === 1 && ran.stderr.trim() === ''));
    if (!read) {
      couldNot('the journal of sshd', ran, unreadable);
      return { read: false, since: before?.since ?? null, uses: before?.uses ?? [], networks: before?.networks ?? [] };
    }
    // From the last entry on, not after it: when the journal was rotated away, journalctl would pass over the first new one.
    const entries = lines(ran.stdout)
      .slice(0, MOST_ENTRIES)
      .flatMap(entryOf)
      .filter(({ cursor }) => cursor !== before?.cursor);
    const since = before?.since ?? (await journalBegins(host)) ?? (await hostTime(host));
    const after = taken(before ?? { since, cursor: null, uses: [], networks: [] }, entries);
    if (before === null || entries.length > 0) await host.keep(LEDGER, JSON.stringify(after));
    return { read: true, since: after.since, uses: after.uses, networks: after.networks };
  },
});

interface Entry {
  readonly cursor: string;
  readonly at: number;
  readonly account: string;
  readonly from: string;
  readonly fingerprint: string | null;
}

const journalEntry = z
  .object({ __CURSOR: z.string(), __REALTIME_TIMESTAMP: z.string(), MESSAGE: z.string() })
  .transform(({ __CURSOR: cursor, __REALTIME_TIMESTAMP: at, MESSAGE: message }) => ({ cursor, at, message }));
const ACCEPTED = /^Accepted (\S+) for (\S+) from (\S+) port \d+ ssh2(?:: \S+ (SHA256:\S+))?/;

export function entryOf(line: string): Entry[] {
  const parsed = journalEntry.safeParse(parsedJson(line)).data;
  const [, , account, from, fingerprint] = ACCEPTED.exec(parsed?.message ?? '') ?? [];
  if (parsed === undefined || account === undefined || from === undefined) return [];
  return [
    {
      cursor: parsed.cursor.slice(0, 400),
      at: Math.floor(Number(parsed.at) / 1e6),
      account: account.slice(0, 64),
      from: from.slice(0, 64),
      fingerprint: fingerprint?.slice(0, 60) ?? null,
    },
  ];
}

/** Entries in the order of the journal; the oldest use makes room when there are too many. */
export function taken(before: Ledger, entries: readonly Entry[]): Ledger {
  const uses = new Map(before.uses.map((one) => [`${one.account} ${one.fingerprint}`, one]));
  const networks = new Map(before.networks.map((one) => [`${one.account} ${one.network}`, one]));
  for (const { account, fingerprint, at, from } of entries) {
    const key = `${account} ${fingerprint}`;
    const known = uses.get(key);
    uses.set(key, {
      account,
      fingerprint,
      firstAt: known?.firstAt ?? at,
      lastAt: at,
      from,
      count: (known?.count ?? 0) + 1,
    });
    const place = networkOf(from);
    const seen = `${account} ${place}`;
    if (!networks.has(seen)) networks.set(seen, { account, network: place, firstAt: at });
  }
  return {
    since: before.since,
    cursor: entries.at(-1)?.cursor ?? before.cursor,
    uses: [...uses.values()].sort((a, b) => b.lastAt - a.lastAt).slice(0, MOST_USES),
    networks: [...networks.values()].slice(-MOST_NETWORKS),
  };
}

/** People move within a network of their provider: /24, or /48 of IPv6. */
export function networkOf(address: string): string {
  const v4 = /(\d+\.\d+\.\d+)\.\d+$/.exec(address)?.[1];
  if (v4 !== undefined) return `${v4}.0/24`;
  const [head = ''] = address.split('%');
  const [left = '', right] = head.split('::');
  const groups = left.split(':');
  const all = right === undefined ? groups : [...groups, '0', '0', '0'];
  return `${all
    .slice(0, 3)
    .map((group) => (group === '' ? '0' : group))
    .join(':')}::/48`;
}

async function recalled(host: ProbedHost): Promise<Ledger | null> {
  const text = await host.recall(LEDGER);
  return text === null ? null : (ledger.safeParse(parsedJson(text)).data ?? null);
}

async function journalBegins(host: ProbedHost): Promise<number | null> {
  const ran = await host.run('journalctl', ['--output=json', '--output-fields=__REALTIME_TIMESTAMP', '--lines=+1']);
  const at = /"__REALTIME_TIMESTAMP":"(\d+)"/.exec(ran?.stdout ?? '')?.[1];
  return at === undefined ? null : Math.floor(Number(at) / 1e6);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
