// Gathers the sites that this server serves. Reads files and nothing else; what leaves the host are the fields of the
// contract. Works without root; what may not be read is missing, and its source says so.
import { X509Certificate } from 'node:crypto';
import type { FoundSite, SiteFacts } from '@muster/contracts/clients';
import type { Exec } from '../../host/exec.ts';
import { readApache } from './apache.ts';
import type { ConfigFiles } from './config-files.ts';
import type { DeclaredSite } from './declared.ts';
import { readNginx } from './nginx.ts';
import { LIST_SUBSCRIPTIONS, parseSubscriptions, PLESK, subscriptionOf } from './plesk.ts';

export interface SiteSources {
  readonly files: ConfigFiles;
  readonly exec: Exec;
  readonly exists: (path: string) => boolean;
}

/** Everything at once, before it is cut into parts for the wire. */
export interface CollectedSites {
  readonly sources: SiteFacts['sources'];
  readonly sites: FoundSite[];
}

const NGINX = '/etc/nginx/nginx.conf';
const APACHE = [
  { main: '/etc/apache2/apache2.conf', variables: '/etc/apache2/envvars' },
  { main: '/etc/httpd/conf/httpd.conf', variables: null },
] as const;
const MOST_SITES = 20_000;

export async function collectSites({ files, exec, exists }: SiteSources): Promise<CollectedSites> {
  const sources: SiteFacts['sources'] = [];
  const declared: DeclaredSite[] = [];
  const say = (software: SiteFacts['sources'][number]['software'], problem: string | null) =>
    sources.push({ software, version: null, problem });
  if (exists(NGINX)) {
    declared.push(...(await readNginx(NGINX, files)));
    say('nginx', (await files.read(NGINX)) === undefined ? `${NGINX} may not be read` : null);
  }
  const apache = APACHE.find(({ main }) => exists(main));
  if (apache) {
    declared.push(...(await readApache(apache.main, apache.variables, files)));
    say('apache', (await files.read(apache.main)) === undefined ? `${apache.main} may not be read` : null);
  }
  let subscriptions: ReadonlySet<string> = new Set();
  if (exists(PLESK)) {
    const { code, stdout } = await exec(PLESK, LIST_SUBSCRIPTIONS, { timeoutMs: 30_000 });
    if (code === 0) subscriptions = parseSubscriptions(stdout);
    say('plesk', code === 0 ? null : `its list of subscriptions answered ${code}`);
  }
  const accounts = accountsOf((await files.read('/etc/passwd')) ?? '');
  const sites: FoundSite[] = [];
  for (const site of merged(declared).slice(0, MOST_SITES)) {
    sites.push(await found(site, { files, accounts, subscriptions }));
  }
  return { sources, sites };
}

interface Merged extends Omit<DeclaredSite, 'software'> {
  readonly software: FoundSite['software'];
}

/**
 * One site per first name: a redirect, the site behind it and a second program in front of it are the same. A log that the
 * nameless virtual host writes as well is nobody's.
 */
function merged(declared: readonly DeclaredSite[]): Merged[] {
  const shared = new Set(declared.filter(({ names }) => names.length === 0).flatMap(({ logs }) => logs));
  const byName = Map.groupBy(
    declared.filter(({ names }) => names.length > 0),
    ({ names: [name = ''] }) => name,
  );
  return [...byName.values()].map((same) => ({
    software: [...new Set(same.map(({ software }) => software))].sort(),
    names: [...new Set(same.flatMap(({ names }) => names))],
    root: same.map(({ root }) => root).find((root) => root !== null) ?? null,
    listens: [...new Set(same.flatMap(({ listens }) => listens))].sort(),
    certificate: same.map(({ certificate }) => certificate).find((path) => path !== null) ?? null,
    logs: [...new Set(same.flatMap(({ logs }) => logs))].filter((log) => !shared.has(log)).sort(),
  }));
}

interface Host {
  readonly files: ConfigFiles;
  readonly accounts: ReadonlyMap<number, string>;
  readonly subscriptions: ReadonlySet<string>;
}

async function found(site: Merged, { files, accounts, subscriptions }: Host): Promise<FoundSite> {
  const [name = '', ...aliases] = site.names;
  const owner = site.root === null ? undefined : await files.ownerOf(site.root);
  return {
    name,
    aliases: aliases.sort().slice(0, 100),
    software: site.software,
    root: site.root?.slice(0, 400) ?? null,
    owner: owner === undefined ? null : (accounts.get(owner) ?? String(owner)).slice(0, 64),
    listens: site.listens.map((one) => one.slice(0, 80)).slice(0, 20),
    certificate: site.certificate === null ? null : certificateIn((await files.read(site.certificate)) ?? ''),
    logs: site.logs.filter((log) => log.length <= 400).slice(0, 20),
    subscription: subscriptionOf(site.root, subscriptions),
  };
}

/** What a certificate says of itself. The file may hold its key as well: only the certificate is parsed. */
export function certificateIn(pem: string): FoundSite['certificate'] {
  const block = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/.exec(pem)?.[0];
  if (block === undefined) return null;
  try {
    const { subject, subjectAltName, issuer, validTo } = new X509Certificate(block);
    const names = [...(subjectAltName ?? '').matchAll(/DNS:([^,\s]+)/g)].map(([, name = '']) => name.slice(0, 253));
    return {
      names: (names.length > 0 ? names : [commonName(subject)]).slice(0, 100),
      until: new Date(validTo).toISOString(),
      issuer: commonName(issuer),
    };
  } catch {
    return null;
  }
}

const commonName = (distinguished: string): string =>
  (/^CN=(.*)$/m.exec(distinguished)?.[1] ?? distinguished).slice(0, 200);

function accountsOf(passwd: string): ReadonlyMap<number, string> {
  const lines = passwd.split('\n').map((line) => line.split(':'));
  return new Map(lines.flatMap(([name, , uid]) => (name && uid ? [[Number(uid), name] as const] : [])));
}
