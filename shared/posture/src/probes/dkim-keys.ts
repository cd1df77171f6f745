// With which keys a server signs mail. Of a key only its public half leaves openssl, and of that only kind, length and digest
// leave the server.
import { z } from 'zod';
import { keyOfPem, signingKey, type SigningKey } from '../dkim/key.ts';
import { opendkimSigning } from '../dkim/opendkim.ts';
import { rspamdSigning } from '../dkim/rspamd.ts';
import type { SigningRule } from '../dkim/signing.ts';
import { DNS_NAME } from '../dns-name.ts';
import type { ProbedHost } from '../host.ts';
import { couldNot, lines, probe, said, type UnreadablePart } from '../probe.ts';

/** As many as the prober asks for: it looks at no more names of one server. */
const MOST_KEYS = 300;

const PROGRAMS = {
  opendkim: { unit: 'opendkim.service', signing: opendkimSigning },
  rspamd: { unit: 'rspamd.service', signing: rspamdSigning },
} as const;
type Program = keyof typeof PROGRAMS;
const program = z.enum(Object.keys(PROGRAMS) as [Program, ...Program[]]);

const keyInUse = z.strictObject({
  program,
  /** Domain of senders whose mail is signed; `*`: any that has no key of its own. */
  from: said(253),
  /** Senders below that domain, too. */
  below: z.boolean(),
  /** The public half must stand at `<selector>._domainkey.<domain>`; `*`: at the sender's own domain. */
  domain: said(253),
  selector: said(63),
  file: said(300).nullable(),
  /** null: it could not be read. */
  key: signingKey.nullable(),
});
export type KeyInUse = z.infer<typeof keyInUse>;

export const dkimKeys = probe('dkim-keys', {
  sentence: 'Public halves of the keys with which OpenDKIM and Rspamd sign mail, and for which domains',
  cadence: 'hourly',
  costMs: 600,
  privilege: 'files of private keys, which openssl alone opens',
  reading: z.strictObject({
    /** Programs that run and sign; not `read`: it may sign with more than these keys. */
    signers: z.array(z.strictObject({ program, read: z.boolean() })).max(4),
    keys: z.array(keyInUse).max(MOST_KEYS),
    /** Keys that were not looked at, because there are more than that. */
    left: z.int().nonnegative(),
  }),
  async gather(host, unreadable) {
    const signers: { program: Program; read: boolean }[] = [];
    const rules: (SigningRule & { program: Program })[] = [];
    for (const name of await running(host)) {
      const signing = await PROGRAMS[name].signing(host, unreadable);
      if (signing === null) continue;
      const own = signing.rules.filter(({ file }) => !isNamedByDomain(file));
      const others = await filesOf(
        host,
        signing.rules.filter(({ file }) => isNamedByDomain(file)),
        unreadable,
      );
      // What lies where the keys of any domain lie is not used for one that has a rule of its own.
      const known = new Set(own.map(({ from }) => from));
      const all = [...own, ...(others ?? []).filter(({ from }) => !known.has(from))];
      const read = signing.read && others !== null;
      // One that has no key signs nothing: Rspamd comes so.
      if (read && all.length === 0) continue;
      signers.push({ program: name, read });
      rules.push(...all.map((rule) => ({ ...rule, program: name })));
    }
    const sorted = rules.toSorted((a, b) => a.domain.localeCompare(b.domain) || a.selector.localeCompare(b.selector));
    const looked = sorted.slice(0, MOST_KEYS);
    const keys = await keysIn(host, [...new Set(looked.flatMap(({ file }) => file ?? []))], unreadable);
    return {
      signers,
      keys: looked.map((rule) => ({
        ...rule,
        file: rule.file?.slice(0, 300) ?? null,
        key: rule.file === null ? null : (keys.get(rule.file) ?? null),
      })),
      left: sorted.length - looked.length,
    };
  },
});

async function running(host: ProbedHost): Promise<Program[]> {
  const units = program.options.map((name) => PROGRAMS[name].unit);
  const ran = await host.run('systemctl', ['show', ...units, '--property=Id,ActiveState']);
  const blocks = (ran?.stdout ?? '').split(/\n\s*\n/);
  return program.options.filter((name) =>
    blocks.some(
      (block) => block.includes(`Id=${PROGRAMS[name].unit}`) && /^ActiveState=(?:active|reloading)$/m.test(block),
    ),
  );
}

const PLACE = '$domain';
const ABSENT = /No such file or directory$/;
const isNamedByDomain = (file: string | null): boolean => file?.includes(PLACE) === true;

/** For each file that there is a rule of its own, where rules name files by the sender's domain; null: they cannot be listed. */
async function filesOf(
  host: ProbedHost,
  rules: readonly SigningRule[],
  unreadable: UnreadablePart[],
): Promise<SigningRule[] | null> {
  const found: SigningRule[] = [];
  for (const rule of rules) {
    const file = rule.file ?? '';
    const folder = file.slice(0, file.lastIndexOf('/', file.indexOf(PLACE)));
    if (/[*?[\]\\]/.test(file) || folder === '') {
      unreadable.push({ what: file.slice(0, 80), why: 'files of such a name are not looked for' });
      return null;
    }
    const ran = await host.run('find', [
      ...['-L', folder, '-maxdepth', '4', '-type', 'f', '-path', file.replaceAll(PLACE, '*')],
      ...['-printf', '%p\\n'],
    ]);
    if (ran === undefined || (ran.code !== 0 && !lines(ran.stderr).every((line) => ABSENT.test(line)))) {
      couldNot(folder, ran, unreadable);
      return null;
    }
    const [before = '', ...after] = file.split(PLACE).map(quoted);
    const named = new RegExp(`^${before}([^/]+)${after.join('\\1')}$`);
    for (const path of lines(ran.stdout)) {
      const domain = named.exec(path)?.[1]?.toLowerCase() ?? '';
      if (!DNS_NAME.test(domain)) continue;
      found.push({ ...rule, from: domain, domain: rule.domain === '*' ? domain : rule.domain, file: path });
    }
  }
  return found;
}

const quoted = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** `openssl pkey -pubout` prints the public half; the private one stays in its memory. */
async function keysIn(
  host: ProbedHost,
  files: readonly string[],
  unreadable: UnreadablePart[],
): Promise<Map<string, SigningKey>> {
  const keys = new Map<string, SigningKey>();
  if (files.length === 0) return keys;
  // A pipe in the place of a key would hold openssl up.
  const ran = await host.run('find', [
    '-L',
    ...files,
    '-maxdepth',
    '0',
    '-type',
    'f',
    '-size',
    '-64k',
    '-printf',
    '%p\\n',
  ]);
  const plain = new Set(lines(ran?.stdout ?? ''));
  for (const file of files) {
    const shown = plain.has(file)
      ? await host.run('openssl', ['pkey', '-in', file, '-passin', 'pass:', '-pubout'])
      : undefined;
    const key = shown?.code === 0 ? keyOfPem(shown.stdout) : null;
    if (key !== null) keys.set(file, key);
    else {
      const refused = lines(ran?.stderr ?? '').find((line) => line.includes(`'${file}'`));
      const why = plain.has(file) ? 'openssl finds no key of RSA or Ed25519 in it' : (refused ?? 'it is no plain file');
      unreadable.push({ what: file.slice(0, 80), why: why.slice(0, 200) });
    }
  }
  return keys;
}
