// Certificates that services of this server show, by the files they are configured with: names, dates, chain, and whether
// the key belongs to it. Of a key only whether it fits is told; openssl compares public halves.
import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import type { ProbedHost } from '../host.ts';
import { lines, probe, said } from '../probe.ts';
import type { UnreadablePart } from '../probe.ts';
import { readWebServer } from './web-server.ts';

const MOST_CERTIFICATES = 500;

const certificate = z.strictObject({
  path: said(300),
  /** Who shows it: `nginx`, `postfix`, `dovecot`, `letsencrypt`. */
  usedBy: z.array(said(40)).max(10),
  /** Names that its vhosts answer to. */
  servedNames: z.array(said(253)).max(100),
  names: z.array(said(253)).max(200),
  issuer: said(200),
  from: said(30),
  until: said(30),
  selfSigned: z.boolean(),
  /** What openssl says of the chain, `ok` when it leads to an authority that this server trusts. */
  chain: said(120),
  /** null: there is no key to compare, or it could not be. */
  keyFits: z.boolean().nullable(),
  /** A key is named, and could not be compared: it may not be read, or asks for a password. */
  keyUnread: z.boolean().default(false),
  keyMode: said(5).nullable(),
});
export type Certificate = z.infer<typeof certificate>;

export const certificates = probe('certificates', {
  sentence:
    'Certificates that the web and mail servers show: names, dates, chain, whether the key fits, and who renews them',
  cadence: 'hourly',
  costMs: 400,
  privilege: 'keys and settings of the web server',
  reading: z.strictObject({
    certificates: z.array(certificate).max(MOST_CERTIFICATES),
    complete: z.boolean(),
    renewal: z.strictObject({
      /** `certbot.timer`, `acme.sh in cron` …; empty when nobody renews. */
      by: z.array(said(60)).max(10),
      /** Of the last run of certbot.service; null when it never ran here. */
      lastResult: said(40).nullable(),
      managed: z.array(said(253)).max(500),
    }),
  }),
  async gather(host, unreadable) {
    const uses = await usesOf(host, unreadable);
    const found: Certificate[] = [];
    let complete = uses.complete;
    for (const [path, use] of [...uses.byPath].slice(0, MOST_CERTIFICATES)) {
      const file = await host.read(path);
      if (file.state !== 'read') {
        complete = false;
        unreadable.push({
          what: path.slice(0, 80),
          why: file.state === 'absent' ? 'there is no such file' : file.why.slice(0, 200),
        });
        continue;
      }
      const one = await describe(host, path, file.text, use);
      if (one === undefined) {
        complete = false;
        unreadable.push({ what: path.slice(0, 80), why: 'it holds no certificate' });
      } else found.push(one);
    }
    return { certificates: found, complete, renewal: await renewalOf(host) };
  },
});

interface Use {
  readonly by: Set<string>;
  readonly names: Set<string>;
  key: string | null;
}

async function usesOf(host: ProbedHost, unreadable: UnreadablePart[]) {
  const byPath = new Map<string, Use>();
  const useOf = (path: string): Use => {
    const use = byPath.get(path) ?? { by: new Set<string>(), names: new Set<string>(), key: null };
    byPath.set(path, use);
    return use;
  };
  const web = await readWebServer(host, unreadable);
  for (const { certificate: path, key, names } of web.vhosts) {
    if (path === null) continue;
    const use = useOf(path);
    use.by.add('nginx');
    use.key ??= key;
    for (const name of names) use.names.add(name);
  }
  const smtp = await host.run('postconf', ['-h', 'smtpd_tls_cert_file', 'smtpd_tls_key_file']);
  const [smtpCert, smtpKey] = (smtp?.stdout ?? '').split('\n');
  if (smtpCert?.startsWith('/') === true) {
    const use = useOf(smtpCert);
    use.by.add('postfix');
    use.key ??= smtpKey?.startsWith('/') === true ? smtpKey : null;
  }
  const imap = await host.run('doveconf', ['-h', 'ssl_cert']);
  const imapCert = /^<?(\/\S+)/.exec((imap?.stdout ?? '').trim())?.[1];
  if (imapCert !== undefined) useOf(imapCert).by.add('dovecot');
  const live = await host.run('find', ['/etc/letsencrypt/live', '-name', 'fullchain.pem', '-printf', '%p\\n']);
  for (const path of lines(live?.stdout ?? '')) useOf(path).by.add('letsencrypt');
  return { byPath, complete: web.complete };
}

async function describe(host: ProbedHost, path: string, pem: string, use: Use): Promise<Certificate | undefined> {
  const leaf = leafOf(pem);
  if (leaf === undefined) return undefined;
  const verified = await host.run('openssl', ['verify', '-untrusted', path, path]);
  const problem = /error \d+ at \d+ depth lookup: (.+)/.exec(`${verified?.stdout}\n${verified?.stderr}`)?.[1];
  const expired = problem === undefined || /expired/.test(problem);
  const fits = use.key === null ? null : await keyFits(host, path, use.key);
  const keyStat = use.key === null ? undefined : await host.run('stat', ['-Lc', '%a', use.key]);
  return {
    path: path.slice(0, 300),
    usedBy: [...use.by],
    servedNames: [...use.names].map((name) => name.slice(0, 253)).slice(0, 100),
    names: namesOf(leaf).slice(0, 200),
    issuer: leaf.issuer.replaceAll('\n', ', ').slice(0, 200),
    from: new Date(leaf.validFrom).toISOString(),
    until: new Date(leaf.validTo).toISOString(),
    selfSigned: leaf.checkIssued(leaf),
    // A date is told by its own field.
    chain: expired ? 'ok' : problem.slice(0, 120),
    keyFits: fits,
    keyUnread: use.key !== null && fits === null,
    keyMode: keyStat?.code === 0 ? keyStat.stdout.trim().padStart(4, '0').slice(0, 5) : null,
  };
}

function leafOf(pem: string): X509Certificate | undefined {
  const [first] = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/.exec(pem) ?? [];
  try {
    return first === undefined ? undefined : new X509Certificate(first);
  } catch {
    return undefined;
  }
}

function namesOf(leaf: X509Certificate): string[] {
  const alternative = [...(leaf.subjectAltName ?? '').matchAll(/DNS:([^,\s]+)/g)].flatMap(([, name]) => name ?? []);
  const common = /CN=([^\n]+)/.exec(leaf.subject)?.[1];
  return (alternative.length > 0 ? alternative : common === undefined ? [] : [common]).map((name) =>
    name.slice(0, 253),
  );
}

async function keyFits(host: ProbedHost, certificate: string, key: string): Promise<boolean | null> {
  const shown = await host.run('openssl', ['x509', '-in', certificate, '-noout', '-pubkey']);
  const derived = await host.run('openssl', ['pkey', '-in', key, '-pubout', '-passin', 'pass:']);
  if (shown?.code !== 0 || derived?.code !== 0) return null;
  return shown.stdout.trim() === derived.stdout.trim();
}

async function renewalOf(host: ProbedHost) {
  const timers = await host.run('systemctl', [
    'show',
    'certbot.timer',
    'snap.certbot.renew.timer',
    'acme-renew.timer',
    '--property=Id,ActiveState',
  ]);
  const by = (timers?.stdout ?? '')
    .split(/\n\s*\n/)
    .filter((block) => /ActiveState=active/.test(block))
    .flatMap((block) => /Id=(\S+)/.exec(block)?.[1] ?? []);
  const cron = await host.run('grep', [
    '-rlE',
    'certbot|acme\\.sh|dehydrated|lego ',
    '/etc/cron.d',
    '/etc/cron.daily',
    '/var/spool/cron',
  ]);
  // certbot's own entry in cron.d does nothing where systemd runs.
  const jobs = lines(cron?.stdout ?? '').filter((path) => path !== '/etc/cron.d/certbot');
  const last = await host.run('systemctl', [
    'show',
    'certbot.service',
    '--property=Result,ExecMainExitTimestampMonotonic',
  ]);
  const ran = !/ExecMainExitTimestampMonotonic=0?$/m.test(last?.stdout ?? 'ExecMainExitTimestampMonotonic=');
  const managed = await host.run('find', ['/etc/letsencrypt/renewal', '-name', '*.conf', '-printf', '%f\\n']);
  return {
    by: [...by, ...jobs].map((one) => one.slice(0, 60)).slice(0, 10),
    lastResult: ran ? (/Result=(\S*)/.exec(last?.stdout ?? '')?.[1]?.slice(0, 40) ?? null) : null,
    managed: lines(managed?.stdout ?? '')
      .map((name) => name.replace(/\.conf$/, '').slice(0, 253))
      .slice(0, 500),
  };
}

/** A name is covered by itself or by a star for its first label (RFC 6125 §6.4.3). */
export const covers = (names: readonly string[], host: string): boolean =>
  names.some((name) => {
    const wanted = host.toLowerCase();
    const given = name.toLowerCase();
    return given === wanted || (given.startsWith('*.') && wanted.slice(wanted.indexOf('.')) === given.slice(1));
  });
