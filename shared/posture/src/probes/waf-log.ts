// What ModSecurity refused within a day, by its audit log in JSON: counted by rule, site and path. Queries, cookies, bodies and
// what a rule matched stay on the server; of an address only that it was another one.
import { z } from 'zod';
import { hostTime } from '../first-seen.ts';
import type { ProbedHost } from '../host.ts';
import { couldNot, lines, probe, said } from '../probe.ts';
import type { UnreadablePart } from '../probe.ts';
import { OWN_NAME } from './web-answers.ts';
import { readWebServer } from './web-server.ts';

const MOST_BYTES = 4 * 1024 * 1024;
const MOST_GROUPS = 50;
const HOUR = 3600;
const DAY = 24 * HOUR;
const NOT_ONE_OF_OURS = 'another name';

const group = z.strictObject({
  rule: said(12),
  message: said(120),
  site: said(253),
  path: said(200),
  hits: z.int().positive(),
  addresses: z.int().positive(),
  /** Of those hits, how many came with the cookie of somebody who is signed in. */
  signedIn: z.int().nonnegative(),
});
export type RefusedGroup = z.infer<typeof group>;

export const wafLog = probe('waf-log', {
  sentence: 'Requests that ModSecurity refused, by rule, site and path',
  cadence: 'hourly',
  costMs: 90,
  privilege: 'the audit log of ModSecurity',
  reading: z.strictObject({
    /** The audit log that the rules name; null when no site has the rule engine, or its rules name none. */
    log: said(300).nullable(),
    /** `other`: not JSON, so nobody can count in it. */
    format: z.enum(['json', 'other', 'empty', 'unread']),
    lastHour: z.int().nonnegative(),
    /** Mean of the hours before, of a day. */
    usualHour: z.number().nonnegative(),
    groups: z.array(group).max(MOST_GROUPS),
  }),
  async gather(host, unreadable) {
    const nothing = { log: null, lastHour: 0, usualHour: 0, groups: [] };
    const { vhosts } = await readWebServer(host, unreadable);
    const guarded = vhosts.filter(({ modsecurity }) => modsecurity);
    const log = await auditLogOf(host, [...new Set(guarded.flatMap(({ rules }) => rules))], unreadable);
    if (log === null) return { ...nothing, format: 'unread' as const };
    const tail = await host.run('tail', ['-c', String(MOST_BYTES), '--', log]);
    if (tail?.code !== 0) {
      couldNot(log, tail, unreadable);
      return { ...nothing, log, format: 'unread' as const };
    }
    const refused = parseAuditLog(tail.stdout, await zoneSeconds(host), new Set(vhosts.flatMap(({ names }) => names)));
    if (refused === null) return { ...nothing, log, format: 'other' as const };
    return {
      log,
      format: refused.length === 0 ? ('empty' as const) : ('json' as const),
      ...counted(refused, await hostTime(host), tail.stdout.length >= MOST_BYTES),
    };
  },
});

export interface Refused {
  readonly at: number;
  readonly rule: string;
  readonly message: string;
  readonly site: string;
  readonly path: string;
  readonly address: string;
  readonly signedIn: boolean;
}

/** SecAuditLog of the rules and of what they include; the last one counts. */
async function auditLogOf(
  host: ProbedHost,
  files: readonly string[],
  unreadable: UnreadablePart[],
  depth = 0,
): Promise<string | null> {
  let log: string | null = null;
  for (const path of files.slice(0, 50)) {
    const file = await host.read(path);
    if (file.state === 'unreadable') unreadable.push({ what: path.slice(0, 80), why: file.why.slice(0, 200) });
    if (file.state !== 'read') continue;
    for (const line of file.text.split('\n')) {
      const [, set] = /^\s*SecAuditLog\s+"?(\/[^\s"]+)"?/i.exec(line) ?? [];
      const [, include] = /^\s*Include(?:Optional)?\s+"?(\/[^\s"*?]+)"?\s*$/i.exec(line) ?? [];
      if (set !== undefined) log = set.slice(0, 300);
      if (include !== undefined && depth < 5) log = (await auditLogOf(host, [include], unreadable, depth + 1)) ?? log;
    }
  }
  return log;
}

/** The log tells local time without a zone. */
async function zoneSeconds(host: ProbedHost): Promise<number> {
  const [, sign, hours, minutes] = /^([+-])(\d\d)(\d\d)/.exec((await host.run('date', ['+%z']))?.stdout ?? '') ?? [];
  const seconds = Number(hours ?? 0) * HOUR + Number(minutes ?? 0) * 60;
  return sign === '-' ? -seconds : seconds;
}

const transaction = z.object({
  transaction: z.object({
    client_ip: z.string().default(''),
    time_stamp: z.string(),
    request: z.object({ uri: z.string().default(''), headers: z.record(z.string(), z.unknown()).default({}) }),
    response: z.object({ http_code: z.number().default(0) }),
    producer: z.object({ secrules_engine: z.string().default('') }).default({ secrules_engine: '' }),
    messages: z
      .array(z.object({ message: z.string().default(''), details: z.object({ ruleId: z.string() }) }))
      .default([]),
  }),
});

const LOOPBACK = /^(?:127\.|::1$)/;

/** Rules that add up what others found say nothing of their own. */
const ADDS_UP = /^(949|959|980)\d{3}$/;

/** null: it is not JSON. The first line may be cut. */
export function parseAuditLog(text: string, zone: number, names: ReadonlySet<string>): Refused[] | null {
  const all = lines(text);
  const parsed = all.map((line) => (line.startsWith('{') ? transaction.safeParse(json(line)) : undefined));
  const understood = parsed.filter((one) => one?.success === true).length;
  if (all.length > 1 ? understood < all.length / 2 : understood < all.length) return null;
  return parsed.flatMap((one) => {
    if (one?.success !== true) return [];
    const { client_ip: address, time_stamp: stamp, request, response, producer, messages } = one.data.transaction;
    const at = Date.parse(`${stamp} UTC`) / 1000 - zone;
    const said = messages.find(({ details }) => !ADDS_UP.test(details.ruleId)) ?? messages[0];
    const blocked = response.http_code >= 400 && producer.secrules_engine === 'Enabled';
    if (said === undefined || !blocked || Number.isNaN(at)) return [];
    // What we ask of sites ourselves is no attack on them. Who comes through a proxy on this server may call himself so: that
    // hides him from these counts, not from the rules.
    if (LOOPBACK.test(address) && header(request.headers, 'user-agent') === OWN_NAME) return [];
    const path = pathOf(request.uri);
    const host = header(request.headers, 'host').toLowerCase().replace(/:\d+$/, '');
    return [
      {
        at,
        rule: said.details.ruleId.slice(0, 12),
        message: wordsOf(said.details.ruleId, said.message),
        site: names.has(host) ? host : NOT_ONE_OF_OURS,
        path,
        address,
        signedIn: isSignedIn(header(request.headers, 'cookie'), path),
      },
    ];
  });
}

/** Of the OWASP rules, whose words are the same for everybody; what they add in brackets may be somebody's. */
const wordsOf = (rule: string, message: string): string =>
  /^9\d{5}$/.test(rule) ? message.replace(/\s*\(.*$/, '').slice(0, 120) : '';

function json(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function header(headers: Readonly<Record<string, unknown>>, name: string): string {
  const value = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof value === 'string' ? value : '';
}

/** Without its query, and without words in it that look like somebody's token. */
const pathOf = (uri: string): string =>
  (uri.split(/[?#;]/)[0] ?? '')
    .split('/')
    .map((word) => (word.length >= 16 && /\d/.test(word) && !/\.\w{2,5}$/.test(word) ? '…' : word))
    .join('/')
    .slice(0, 200);

const BEHIND_A_LOGIN = /^\/(wp-admin|administrator|admin|user|account|dashboard)(\/|$)/i;

/** By names of cookies alone. WordPress names its own; a session of anything else counts where only members come. */
const isSignedIn = (cookies: string, path: string): boolean =>
  /(^|;\s*)wordpress_logged_in_/.test(cookies) || (/(^|;\s*)\w*sess\w*=/i.test(cookies) && BEHIND_A_LOGIN.test(path));

/** `cut`: the log reaches back farther than what was read of it. */
export function counted(refused: readonly Refused[], now: number, cut: boolean) {
  const day = refused.filter(({ at }) => at > now - DAY && at <= now + HOUR);
  const lastHour = day.filter(({ at }) => at > now - HOUR).length;
  const oldest = Math.min(now, ...day.map(({ at }) => at));
  const hours = cut ? Math.max(1, (now - HOUR - oldest) / HOUR) : 23;
  const groups = [...Map.groupBy(day, ({ rule, site, path }) => `${rule} ${site} ${path}`).values()].flatMap((hits) => {
    const [first] = hits;
    if (first === undefined) return [];
    const { rule, message, site, path } = first;
    const addresses = new Set(hits.map(({ address }) => address)).size;
    const signedIn = hits.filter((one) => one.signedIn).length;
    return [{ rule, message, site, path, hits: hits.length, addresses, signedIn }];
  });
  return {
    lastHour,
    usualHour: Math.round(((day.length - lastHour) / hours) * 10) / 10,
    // What hits members first: there the false alarms are.
    groups: groups.toSorted((a, b) => b.signedIn - a.signedIn || b.hits - a.hits).slice(0, MOST_GROUPS),
  };
}
