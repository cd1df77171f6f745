// nginx as its files set it: its sites with names, certificate and what stands before them. Only the directives that are named here
// are read; passwords for a backend and keys are passed over.
import { z } from 'zod';
import type { ProbedHost } from '../host.ts';
import { parseNginx, type Directive } from '../nginx-config.ts';
import { lines, probe, said } from '../probe.ts';
import type { UnreadablePart } from '../probe.ts';

const MAIN = '/etc/nginx/nginx.conf';
const MOST_VHOSTS = 500;
const MOST_FILES = 1000;
const DEEPEST = 20;

const vhost = z.strictObject({
  names: z.array(said(253)).max(100),
  listens: z.array(said(80)).max(20),
  tls: z.boolean(),
  root: said(300).nullable(),
  certificate: said(300).nullable(),
  key: said(300).nullable(),
  protocols: z.array(said(20)).max(10),
  /** Sends everybody who comes without TLS to https. */
  redirects: z.boolean(),
  hsts: said(120).nullable(),
  modsecurity: z.boolean(),
  rules: z.array(said(300)).max(20),
  /** `unix:/run/php/php8.2-fpm.sock` or an address. */
  php: said(200).nullable(),
});
export type Vhost = z.infer<typeof vhost>;

export const webServer = probe('web-server', {
  sentence: 'Sites of nginx with their names, certificate, redirect, rule engine and PHP',
  cadence: 'hourly',
  costMs: 80,
  privilege: 'settings of sites that others may not read',
  reading: z.strictObject({
    installed: z.boolean(),
    complete: z.boolean(),
    vhosts: z.array(vhost).max(MOST_VHOSTS),
    modules: z.array(said(120)).max(100),
    /** SecRuleEngine of each file of rules that a site or the server uses; `Off` after `On` wins, as in the engine. */
    engines: z.array(z.strictObject({ file: said(300), engine: said(20) })).max(50),
  }),
  async gather(host, unreadable) {
    const read = await readWebServer(host, unreadable);
    const files = [...new Set(read.vhosts.flatMap(({ rules }) => rules))].slice(0, 50);
    const engines: { file: string; engine: string }[] = [];
    for (const file of files) {
      const engine = await engineOf(host, file, unreadable, 0);
      if (engine !== null) engines.push({ file: file.slice(0, 300), engine: engine.slice(0, 20) });
    }
    return { ...read, engines };
  },
});

export interface WebServerFacts {
  readonly installed: boolean;
  readonly complete: boolean;
  readonly vhosts: Vhost[];
  readonly modules: string[];
}

/** Its files are read, not `nginx -T`: that opens logs for writing, which the root helper may not. */
export async function readWebServer(host: ProbedHost, unreadable: UnreadablePart[]): Promise<WebServerFacts> {
  const main = await host.read(MAIN);
  if (main.state === 'absent') return { installed: false, complete: true, vhosts: [], modules: [] };
  if (main.state === 'unreadable') {
    unreadable.push({ what: MAIN, why: main.why.slice(0, 200) });
    return { installed: true, complete: false, vhosts: [], modules: [] };
  }
  const before = unreadable.length;
  const top = await expanded(parseNginx(main.text), { host, unreadable, read: { files: 1 } }, 0);
  return {
    installed: true,
    complete: unreadable.length === before,
    vhosts: named(top, 'http').flatMap(vhostsOf).slice(0, MOST_VHOSTS),
    modules: words(top, 'load_module')
      .map((path) => path.slice(0, 120))
      .slice(0, 100),
  };
}

interface Look {
  readonly host: ProbedHost;
  readonly unreadable: UnreadablePart[];
  readonly read: { files: number };
}

/** Includes stand for what the files that they name hold. */
async function expanded(all: readonly Directive[], look: Look, depth: number): Promise<Directive[]> {
  const whole: Directive[] = [];
  for (const one of all) {
    if (one.name === 'include') {
      for (const path of await included(one.args[0] ?? '', look)) {
        if (depth >= DEEPEST || ++look.read.files > MOST_FILES) return whole;
        const file = await look.host.read(path);
        if (file.state === 'unreadable') look.unreadable.push({ what: path.slice(0, 80), why: file.why.slice(0, 200) });
        if (file.state === 'read') whole.push(...(await expanded(parseNginx(file.text), look, depth + 1)));
      }
    } else whole.push(one.block === null ? one : { ...one, block: await expanded(one.block, look, depth) });
  }
  return whole;
}

async function included(path: string, { host }: Look): Promise<readonly string[]> {
  if (path === '' || path.includes('$')) return [];
  const absolute = path.startsWith('/') ? path : `/etc/nginx/${path}`;
  if (!/[*?]/.test(absolute)) return /mime\.types$|fastcgi/.test(absolute) ? [] : [absolute];
  const folder = absolute.slice(0, absolute.slice(0, absolute.search(/[*?]/)).lastIndexOf('/'));
  const found = await host.run('find', [
    '-L',
    folder,
    '-maxdepth',
    '4',
    '-type',
    'f',
    '-path',
    absolute,
    '-printf',
    '%p\n',
  ]);
  const pattern = globPattern(absolute);
  return lines(found?.stdout ?? '')
    .filter((one) => pattern.test(one))
    .sort();
}

const globPattern = (glob: string): RegExp =>
  new RegExp(
    `^${glob
      .replaceAll(/[.+^${}()|\\]/g, '\\$&')
      .replaceAll('*', '[^/]*')
      .replaceAll('?', '[^/]')}$`,
  );

const named = (within: readonly Directive[], name: string): (readonly Directive[])[] =>
  within.flatMap((one) => (one.name === name && one.block !== null ? [one.block] : []));
const words = (within: readonly Directive[], name: string): string[] =>
  within.flatMap((one) => (one.name === name ? [one.args[0] ?? ''] : []));
const everywhere = (within: readonly Directive[]): Directive[] =>
  within.flatMap((one) => [one, ...(one.block === null ? [] : everywhere(one.block))]);

function vhostsOf(http: readonly Directive[]): Vhost[] {
  const above = (name: string): string | undefined => words(http, name)[0];
  return named(http, 'server').map((server) => {
    const deep = everywhere(server);
    const one = (name: string): string | undefined => words(server, name)[0] ?? above(name);
    const listens = server.filter(({ name }) => name === 'listen').map(({ args }) => args.join(' '));
    const hsts = [...deep, ...http].find(
      ({ name, args }) => name === 'add_header' && args[0]?.toLowerCase() === 'strict-transport-security',
    );
    return {
      names: server
        .filter(({ name }) => name === 'server_name')
        .flatMap(({ args }) => args)
        .filter((name) => /^(\*\.)?[\w.-]+$/.test(name) && name !== '_' && name !== 'localhost')
        .map((name) => name.slice(0, 253))
        .slice(0, 100),
      listens: listens.map((text) => text.slice(0, 80)).slice(0, 20),
      tls: listens.some((text) => /\bssl\b/.test(text)) || one('ssl') === 'on',
      root: one('root')?.slice(0, 300) ?? deep.find(({ name }) => name === 'root')?.args[0]?.slice(0, 300) ?? null,
      certificate: path(one('ssl_certificate')),
      key: path(one('ssl_certificate_key')),
      protocols:
        (server.find(({ name }) => name === 'ssl_protocols') ?? http.find(({ name }) => name === 'ssl_protocols'))?.args
          .map((word) => word.slice(0, 20))
          .slice(0, 10) ?? [],
      redirects: redirects(server),
      hsts: hsts?.args[1]?.slice(0, 120) ?? null,
      modsecurity: one('modsecurity') === 'on',
      rules: [...words(server, 'modsecurity_rules_file'), ...words(http, 'modsecurity_rules_file')]
        .map((file) => file.slice(0, 300))
        .slice(0, 20),
      php: deep.find(({ name }) => name === 'fastcgi_pass')?.args[0]?.slice(0, 200) ?? null,
    };
  });
}

const path = (text: string | undefined): string | null =>
  text?.startsWith('/') === true && !text.includes('$') ? text.slice(0, 300) : null;

/** `return 301 https://…` for the whole site; what a challenge of ACME needs may stay open. */
function redirects(server: readonly Directive[]): boolean {
  const sends = ({ name, args }: Directive): boolean =>
    (name === 'return' && /^30[178]$/.test(args[0] ?? '') && (args[1] ?? '').startsWith('https://')) ||
    (name === 'rewrite' && (args[1] ?? '').startsWith('https://') && args[2] === 'permanent');
  if (server.some(sends)) return true;
  return server.some((one) => one.name === 'location' && one.args.join(' ') === '/' && (one.block ?? []).some(sends));
}

/** The last SecRuleEngine counts; includes are followed, CRS itself sets none. */
async function engineOf(
  host: ProbedHost,
  file: string,
  unreadable: UnreadablePart[],
  depth: number,
): Promise<string | null> {
  const read = await host.read(file);
  if (read.state === 'unreadable') unreadable.push({ what: file.slice(0, 80), why: read.why.slice(0, 200) });
  if (read.state !== 'read') return null;
  let engine: string | null = null;
  for (const line of read.text.split('\n')) {
    const [, set] = /^\s*SecRuleEngine\s+(\w+)/i.exec(line) ?? [];
    const [, include] = /^\s*Include(?:Optional)?\s+"?(\/[^\s"*?]+)"?\s*$/i.exec(line) ?? [];
    if (set !== undefined) engine = set;
    if (include !== undefined && depth < 5) engine = (await engineOf(host, include, unreadable, depth + 1)) ?? engine;
  }
  return engine;
}
