// Keys that open an account. The public part is no secret, but of it only fingerprint, type, length and comment travel, and
// of the options only their names.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { firstSeen } from '../first-seen.ts';
import { FIND_FORMAT, lines, octal, parseStats, probe, said } from '../probe.ts';
import { parsePasswd } from './accounts.ts';
import { parseSettings } from './sshd.ts';

const MOST_ACCOUNTS = 500;

const authorizedKey = z.strictObject({
  account: said(64),
  file: said(200),
  type: said(60),
  bits: z.int().positive().nullable(),
  fingerprint: said(60),
  options: z.array(said(40)).max(20),
  /** What its owner wrote behind it. */
  comment: said(80).default(''),
  /** Seconds since 1970, when it came after the server was taken on. */
  newSince: z.int().nonnegative().nullable().default(null),
});
export type AuthorizedKey = z.infer<typeof authorizedKey>;
type FoundKey = Omit<AuthorizedKey, 'newSince'>;

export const authorizedKeys = probe('authorized-keys', {
  sentence: 'Every key that opens an account, and who may write the files that say so',
  cadence: 'hourly',
  costMs: 60,
  privilege: 'home folders of others',
  onChange: true,
  reading: z.strictObject({
    keys: z.array(authorizedKey).max(2000),
    /** Homes, .ssh folders and files that somebody else than their account may write. */
    writable: z.array(z.strictObject({ account: said(64), path: said(200), mode: said(5), owner: said(64) })).max(500),
    complete: z.boolean(),
  }),
  async gather(host, unreadable) {
    const passwd = await host.read('/etc/passwd');
    const settings = await host.run('sshd', ['-T', '-C', 'user=root,host=probe,addr=203.0.113.1']);
    const patterns = parseSettings(settings?.stdout ?? '')
      .get('authorizedkeysfile')?.[0]
      ?.split(/\s+/);
    const people = parsePasswd(passwd.state === 'read' ? passwd.text : '', null).filter(
      (one) => one.shell && one.home !== '',
    );
    const keys: FoundKey[] = [];
    const writable: { account: string; path: string; mode: string; owner: string }[] = [];
    let complete = true;
    for (const person of people.slice(0, MOST_ACCOUNTS)) {
      const files = (patterns ?? ['.ssh/authorized_keys', '.ssh/authorized_keys2']).map((pattern) =>
        pathOf(pattern, person),
      );
      for (const path of files) {
        const file = await host.read(path);
        if (file.state === 'unreadable') {
          complete = false;
          unreadable.push({ what: path.slice(0, 80), why: file.why.slice(0, 200) });
        }
        if (file.state === 'read')
          keys.push(...parseKeys(file.text).map((key) => ({ account: person.name, file: path.slice(0, 200), ...key })));
      }
      const looked = [person.home, `${person.home}/.ssh`, ...files];
      const ran = await host.run('find', [...looked, '-maxdepth', '0', '-printf', FIND_FORMAT]);
      for (const { path, mode, user } of parseStats(ran?.stdout ?? '')) {
        const foreign = user !== person.name && user !== 'root';
        if (foreign || (mode & 0o022) !== 0) {
          writable.push({
            account: person.name,
            path: path.slice(0, 200),
            mode: octal(mode),
            owner: user.slice(0, 64),
          });
        }
      }
    }
    const seen = await firstSeen(host, 'authorized-keys', keys.map(ledgerItem), complete);
    return {
      keys: keys.slice(0, 2000).map((key) => ({ ...key, newSince: seen.newSince(ledgerItem(key)) })),
      writable: writable.slice(0, 500),
      complete,
    };
  },
});

const ledgerItem = ({ account, fingerprint }: FoundKey): string => `${account} ${fingerprint}`;

const pathOf = (pattern: string, { name, home }: { name: string; home: string }): string => {
  const path = pattern.replaceAll('%%', '%').replaceAll('%h', home).replaceAll('%u', name);
  return path.startsWith('/') ? path : `${home}/${path}`;
};

const KEY = /(?:^|\s)((?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[\w@.-]+)\s+([A-Za-z0-9+/]{40,}={0,2})/;

export function parseKeys(text: string): Omit<FoundKey, 'account' | 'file'>[] {
  return lines(text).flatMap((line) => {
    const found = line.trimStart().startsWith('#') ? null : KEY.exec(line);
    const [, type, blob] = found ?? [];
    if (found === null || type === undefined || blob === undefined) return [];
    const bytes = Buffer.from(blob, 'base64');
    const digest = createHash('sha256').update(bytes).digest('base64').replace(/=+$/, '');
    return [
      {
        type: type.slice(0, 60),
        bits: bitsOf(type, bytes),
        fingerprint: `SHA256:${digest}`,
        options: optionNames(line.slice(0, found.index)),
        comment: line
          .slice(found.index + found[0].length)
          .trim()
          .slice(0, 80),
      },
    ];
  });
}

/** `from="…",command="…",restrict`: what stands between quotes stays here. */
const optionNames = (text: string): string[] =>
  text
    .replaceAll(/="(?:[^"\\]|\\.)*"/g, '')
    .split(',')
    .map((name) => name.trim().slice(0, 40))
    .filter((name) => name !== '')
    .slice(0, 20);

function bitsOf(type: string, blob: Buffer): number | null {
  const curve = /nistp(\d+)/.exec(type)?.[1];
  if (curve !== undefined) return Number(curve);
  if (type.includes('ed25519')) return 256;
  const parts = fieldsOf(blob);
  // RSA: type, exponent, modulus. DSA: type, p, q, g, y.
  const number = type === 'ssh-rsa' ? parts[2] : parts[1];
  const [first = 0] = number === undefined ? [] : trimmed(number);
  return number === undefined ? null : trimmed(number).length * 8 - Math.clz32(first) + 24;
}

const trimmed = (bytes: Buffer): Buffer => (bytes[0] === 0 ? bytes.subarray(1) : bytes);

function fieldsOf(blob: Buffer): Buffer[] {
  const fields: Buffer[] = [];
  for (let at = 0; at + 4 <= blob.length;) {
    const length = blob.readUInt32BE(at);
    if (at + 4 + length > blob.length) break;
    fields.push(blob.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return fields;
}
