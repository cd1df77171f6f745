// How the server's own sites answer, asked over loopback as a visitor would: redirects, headers, protocols of TLS, and
// files that nobody should get. Run by the half of the agent that has a network and no rights.
import { z } from 'zod';
import type { ProbedHost } from '../host.ts';
import { couldNot, probe, said } from '../probe.ts';
import type { UnreadablePart } from '../probe.ts';
import { readWebServer } from './web-server.ts';

const MOST_SITES = 60;
/** A path that leaks, and what its content begins with when it is really served. */
const LEAKS: readonly (readonly [path: string, begins: RegExp])[] = [
  ['/.env', /^\s*(?:#|export\s|[A-Z][A-Z0-9_]*\s*=)/],
  ['/.git/HEAD', /^ref: refs\/|^[0-9a-f]{40}/],
  ['/.svn/entries', /^\d+\s/],
  ['/wp-config.php.bak', /<\?php/],
  ['/wp-config.php~', /<\?php/],
  ['/dump.sql', /^(?:--|\/\*|CREATE|INSERT|DROP)/i],
  ['/backup.zip', /^PK/],
];
const OLD_PROTOCOLS = ['tls1', 'tls1_1'] as const;

const answered = z.strictObject({
  name: said(253),
  /** null: nobody answers there. */
  http: z.strictObject({ status: z.int(), location: said(300) }).nullable(),
  https: z.strictObject({ status: z.int(), hsts: said(200).nullable() }).nullable(),
  leaks: z.array(said(60)).max(20),
  xmlrpc: z.boolean(),
  oldProtocols: z.array(said(20)).max(4),
});

/** Whoever reads a site's log sees who asked, and who counts refusals leaves these out. */
export const OWN_NAME = 'muster-agent';

export const webAnswers = probe('web-answers', {
  sentence: 'How sites answer over loopback: redirect to https, HSTS, old protocols of TLS, leaked files, XML-RPC',
  cadence: 'daily',
  costMs: 1500,
  privilege: null,
  network: true,
  reading: z.strictObject({
    sites: z.array(answered).max(MOST_SITES),
    /** Sites beyond the bound, which were not asked. */
    left: z.int().nonnegative(),
    read: z.boolean(),
  }),
  async gather(host, unreadable) {
    const names = await namesOf(host, unreadable);
    const sites: z.infer<typeof answered>[] = [];
    for (const [name, tls] of names.slice(0, MOST_SITES)) {
      const one = await ask(host, name, tls);
      if (one === undefined) {
        couldNot('sites', undefined, unreadable);
        return { sites: [], left: 0, read: false };
      }
      sites.push(one);
    }
    return { sites, left: Math.max(0, names.length - MOST_SITES), read: true };
  },
});

/** Names with whether a site answers to them over TLS; who asks another name over TLS gets some other site. */
async function namesOf(host: ProbedHost, unreadable: UnreadablePart[]): Promise<[name: string, tls: boolean][]> {
  const { vhosts } = await readWebServer(host, unreadable);
  const names = new Map<string, boolean>();
  for (const vhost of vhosts) {
    for (const name of vhost.names) {
      if (/^[\w-][\w.-]*\.[a-z]+$/i.test(name)) names.set(name, vhost.tls || names.get(name) === true);
    }
  }
  return [...names].sort(([a], [b]) => a.localeCompare(b));
}

async function ask(host: ProbedHost, name: string, tls: boolean): Promise<z.infer<typeof answered> | undefined> {
  const curl = (...args: string[]) =>
    host.run('curl', [
      ...['-sS', '-m', '5', '-k', '-A', OWN_NAME, '--noproxy', '*', '--connect-to', '::127.0.0.1:'],
      ...args,
    ]);
  const plain = await curl('-o', '/dev/null', '-w', '%{http_code} %{redirect_url}', `http://${name}/`);
  if (plain === undefined) return undefined;
  const secure = tls ? await curl('-o', '/dev/null', '-D', '-', `https://${name}/`) : undefined;
  const scheme = secure?.code === 0 ? 'https' : 'http';
  const leaks: string[] = [];
  for (const [path, begins] of LEAKS) {
    const got = await curl('-r', '0-199', '-w', '\n%{http_code}', `${scheme}://${name}${path}`);
    const [, body = '', status] = /^([\s\S]*)\n(\d{3})$/.exec((got?.stdout ?? '').trimEnd()) ?? [];
    if (/^20[06]$/.test(status ?? '') && begins.test(body)) leaks.push(path);
  }
  const xmlrpc = await curl(
    '-X',
    'POST',
    '-H',
    'Content-Type: text/xml',
    '-d',
    LIST_METHODS,
    `${scheme}://${name}/xmlrpc.php`,
  );
  const oldProtocols: string[] = [];
  if (scheme === 'https') {
    for (const protocol of OLD_PROTOCOLS) {
      const shaken = await host.run('openssl', [
        's_client',
        '-connect',
        '127.0.0.1:443',
        '-servername',
        name,
        `-${protocol}`,
        '-cipher',
        'ALL:@SECLEVEL=0',
        '-brief',
      ]);
      if (/^Protocol version: TLSv1(\.1)?$/m.test(`${shaken?.stdout}\n${shaken?.stderr}`))
        oldProtocols.push(protocol.replace('tls', 'TLS ').replace('_', '.'));
    }
  }
  const [, status, location = ''] = /^(\d{3}) ?(.*)$/.exec(plain.stdout.trim()) ?? [];
  return {
    name,
    http:
      plain.code === 0 && status !== undefined ? { status: Number(status), location: location.slice(0, 300) } : null,
    https: secure?.code === 0 ? headersOf(secure.stdout) : null,
    leaks,
    xmlrpc: /<methodResponse>/.test(xmlrpc?.stdout ?? ''),
    oldProtocols,
  };
}

const LIST_METHODS = '<?xml version="1.0"?><methodCall><methodName>system.listMethods</methodName></methodCall>';

const headersOf = (text: string): { status: number; hsts: string | null } => ({
  status: Number(/^HTTP\/\S+ (\d{3})/m.exec(text)?.[1] ?? 0),
  hsts: /^strict-transport-security:\s*(.+?)\s*$/im.exec(text)?.[1]?.slice(0, 200) ?? null,
});
