// Sites out of nginx's configuration, as files say it. Only the directives that are named here are kept; whatever else
// stands in a file (passwords for a backend, keys) is passed over while it is read.
import { parseNginx, type Directive } from '@muster/posture/nginx-config';
import { included, type ConfigFiles } from './config-files.ts';
import { hostName, noSite, type DeclaredSite } from './declared.ts';

const KEPT = new Set(['server_name', 'listen', 'root', 'access_log', 'error_log', 'ssl_certificate']);
const DEEPEST = 20;

export async function readNginx(main: string, files: ConfigFiles): Promise<DeclaredSite[]> {
  const base = main.slice(0, main.lastIndexOf('/'));
  const top = await expand(parseNginx((await files.read(main)) ?? ''), base, files, 0);
  return blocks(top, 'http').flatMap((http) => sitesOf(http));
}

function sitesOf(http: readonly Directive[]): DeclaredSite[] {
  const inheritedLogs = logsOf(http, 'access_log');
  const inheritedRoot = value(http, 'root');
  return blocks(http, 'server').map((server) => {
    const own = logsOf(server, 'access_log');
    const says = server.some(({ name }) => name === 'access_log');
    const names = server
      .filter(({ name }) => name === 'server_name')
      .flatMap(({ args }) => args.flatMap((arg) => hostName(arg) ?? []));
    const deeper = locations(server);
    return {
      ...noSite('nginx'),
      names: [...new Set(names)],
      root:
        value(server, 'root') ??
        deeper.map((location) => value(location, 'root')).find((root) => root !== null) ??
        inheritedRoot,
      listens: server
        .filter(({ name }) => name === 'listen')
        .map(({ args }) => args.filter((arg) => arg !== 'default_server').join(' ')),
      certificate: value(server, 'ssl_certificate'),
      logs: [
        ...new Set([
          ...(says ? own : inheritedLogs),
          ...logsOf(server, 'error_log'),
          ...deeper.flatMap((location) => [...logsOf(location, 'access_log'), ...logsOf(location, 'error_log')]),
        ]),
      ],
    };
  });
}

const blocks = (within: readonly Directive[], named: string): (readonly Directive[])[] =>
  within.flatMap(({ name, block }) => (name === named && block !== null ? [block] : []));

function locations(within: readonly Directive[]): (readonly Directive[])[] {
  return within.flatMap(({ block }) => (block === null ? [] : [block, ...locations(block)]));
}

function value(within: readonly Directive[], named: string): string | null {
  const found = within.find(({ name }) => name === named)?.args[0];
  return found?.startsWith('/') && !found.includes('$') ? found : null;
}

function logsOf(within: readonly Directive[], named: string): string[] {
  return within.flatMap(({ name, args: [path] }) =>
    name === named && path?.startsWith('/') && !path.includes('$') ? [path] : [],
  );
}

async function expand(
  directives: readonly Directive[],
  base: string,
  files: ConfigFiles,
  depth: number,
): Promise<Directive[]> {
  const all: Directive[] = [];
  for (const directive of directives) {
    if (directive.name === 'include' && depth < DEEPEST) {
      for (const path of await included(directive.args[0] ?? '', base, files)) {
        all.push(...(await expand(parseNginx((await files.read(path)) ?? ''), base, files, depth + 1)));
      }
    } else if (directive.block !== null) {
      all.push({ ...directive, block: await expand(directive.block, base, files, depth) });
    } else if (KEPT.has(directive.name)) all.push(directive);
  }
  return all;
}
