// Sites out of Apache's configuration, as files say it: virtual hosts with their names, roots, logs and certificates. Nothing
// else is kept.
import { included, type ConfigFiles } from './config-files.ts';
import { hostName, noSite, type DeclaredSite } from './declared.ts';

const DEEPEST = 20;
const LOGS = new Set(['errorlog', 'customlog', 'transferlog']);
/** A log that goes to a program, by a variable, or to the system’s log is no file that a jail could read. */
const NO_FILE = ['|', '$', 'syslog'];

interface Reading {
  readonly files: ConfigFiles;
  readonly variables: Map<string, string>;
  readonly sites: DeclaredSite[];
  serverRoot: string;
  host: { -readonly [K in keyof DeclaredSite]: DeclaredSite[K] } | null;
}

/** `variables`: a file that exports what the configuration names (Debian's envvars), when there is one. */
export async function readApache(main: string, variables: string | null, files: ConfigFiles): Promise<DeclaredSite[]> {
  const reading: Reading = {
    files,
    variables: exported((variables === null ? undefined : await files.read(variables)) ?? ''),
    sites: [],
    serverRoot: main.replace(/\/(conf\/)?[^/]*$/, ''),
    host: null,
  };
  await readFile(main, reading, 0);
  return reading.sites;
}

async function readFile(path: string, reading: Reading, depth: number): Promise<void> {
  const text = await reading.files.read(path);
  if (text === undefined) return;
  for (const line of text.replaceAll(/\\\r?\n/g, ' ').split('\n')) {
    const [name = '', ...args] = wordsOf(line, reading.variables);
    await take(name.toLowerCase(), args, reading, depth);
  }
}

async function take(name: string, args: readonly string[], reading: Reading, depth: number): Promise<void> {
  const [first = ''] = args;
  const { host } = reading;
  if (name === 'include' || name === 'includeoptional') {
    if (depth >= DEEPEST) return;
    for (const path of await included(first, reading.serverRoot, reading.files))
      await readFile(path, reading, depth + 1);
  } else if (name === 'define') reading.variables.set(first, args[1] ?? '');
  else if (name === 'serverroot') reading.serverRoot = first;
  else if (name === '<virtualhost')
    reading.host = {
      ...noSite('apache'),
      listens: args.map((arg) => arg.replace(/>$/, '')).filter((arg) => arg !== ''),
    };
  else if (name === '</virtualhost>') {
    if (host) reading.sites.push(host);
    reading.host = null;
  } else if (host) declare(host, name, args, reading.serverRoot);
}

function declare(host: NonNullable<Reading['host']>, name: string, args: readonly string[], serverRoot: string): void {
  const [first = ''] = args;
  const absolute = first.startsWith('/') ? first : `${serverRoot}/${first}`;
  if (name === 'servername') {
    // With a scheme and a port it is how the site calls itself, not another site.
    const called = hostName(first.replace(/^https?:\/\//, '').replace(/:\d+$/, ''));
    if (called !== undefined) host.names = [...new Set([called, ...host.names])];
  } else if (name === 'serveralias') {
    host.names = [...new Set([...host.names, ...args.flatMap((arg) => hostName(arg) ?? [])])];
  } else if (name === 'documentroot') host.root ??= absolute;
  else if (name === 'sslcertificatefile') host.certificate ??= absolute;
  else if (LOGS.has(name) && first !== '' && !NO_FILE.some((sign) => first.startsWith(sign)))
    host.logs = [...new Set([...host.logs, absolute])];
}

/** Words of a line, quotes taken off and variables put in; a comment has none. */
function wordsOf(line: string, variables: ReadonlyMap<string, string>): string[] {
  const text = line.trim();
  if (text.startsWith('#')) return [];
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(\S+)/g)].map(([, double, single, bare]) =>
    (double ?? single ?? bare ?? '').replaceAll(/\$\{(\w+)\}/g, (whole, name: string) => variables.get(name) ?? whole),
  );
}

/** `export APACHE_LOG_DIR=/var/log/apache2$SUFFIX`: what is not known is empty, as in the shell that reads it. */
function exported(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, name = '', value = ''] of text.matchAll(/^\s*export\s+([A-Z_]+)=(\S*)/gm)) {
    found.set(
      name,
      value.replaceAll(/["']/g, '').replaceAll(/\$\{?(\w+)\}?/g, (_, other: string) => found.get(other) ?? ''),
    );
  }
  return found;
}
