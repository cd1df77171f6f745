// Keys that OpenDKIM and Rspamd sign with, on what their files say and openssl prints on a Debian 12 server. Recorded by
// test/lab/posture/record.ts; the keys of the recordings signed nothing and are gone.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyOfPem, keyOfRecord } from '../dkim/key.ts';
import type { FileText, ProbedHost } from '../host.ts';
import type { UnreadablePart } from '../probe.ts';
import { played, Player } from '../testing/tape.ts';
import { dkimKeys } from './dkim-keys.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures');
const shown = async (server: string) => {
  const { reading, unreadable } = await played(server, dkimKeys);
  return {
    ...reading,
    keys: reading.keys.map(
      ({ from, below, selector, domain, file, key }) =>
        `${below ? '*.' : ''}${from}: ${selector}._domainkey.${domain} ${file} ${key === null ? 'not read' : `${key.type} ${key.bits}`}`,
    ),
    unreadable,
  };
};

describe('the keys that a server signs with', () => {
  it('are those of OpenDKIM’s tables', async () => {
    expect(await shown('debian-12-hardened')).toEqual({
      signers: [{ program: 'opendkim', read: true }],
      keys: [
        '*: default._domainkey.* /etc/opendkim/keys/default.private rsa 2048',
        'plain.test: mail._domainkey.plain.test /etc/opendkim/keys/plain.test/mail.private rsa 2048',
        'shop.test: mail._domainkey.shop.test /etc/opendkim/keys/shop.test/mail.private rsa 2048',
        '*.shop.test: mail._domainkey.shop.test /etc/opendkim/keys/shop.test/mail.private rsa 2048',
      ],
      left: 0,
      unreadable: [],
    });
  });

  it('are those that Rspamd names, and those that lie where it looks for the rest', async () => {
    expect(await shown('debian-12-rspamd')).toEqual({
      signers: [{ program: 'rspamd', read: true }],
      keys: [
        '*.plain.test: ed._domainkey.plain.test /etc/rspamd/keys/plain.pem ed25519 256',
        // Rspamd’s own form of Ed25519, which openssl does not know.
        '*.plain.test: raw._domainkey.plain.test /etc/rspamd/keys/raw.key not read',
        '*.shop.test: dkim._domainkey.shop.test /var/lib/rspamd/dkim/shop.test.dkim.key rsa 2048',
      ],
      left: 0,
      unreadable: [{ what: '/etc/rspamd/keys/raw.key', why: 'openssl finds no key of RSA or Ed25519 in it' }],
    });
  });

  it('are none where OpenDKIM verifies only, as it is installed', async () => {
    expect(await shown('debian-12-plain')).toEqual({ signers: [], keys: [], left: 0, unreadable: [] });
  });

  it('are named, and not read, for a user who may not', async () => {
    const { signers, keys, unreadable } = await shown('debian-12-unprivileged');
    expect(signers).toEqual([{ program: 'opendkim', read: true }]);
    expect(keys).toHaveLength(4);
    expect(keys.every((key) => key.endsWith('not read'))).toBe(true);
    expect(unreadable[0]?.why).toMatch(/Permission denied/);
  });
});

describe('what leaves a server', () => {
  it('is the digest of the public half, and nothing that could be a key', async () => {
    const tape = readFileSync(join(FIXTURES, 'debian-12-hardened/dkim-keys.txt'), 'utf8');
    expect(tape).not.toMatch(/PRIVATE KEY/);
    const { reading } = await played('debian-12-hardened', dkimKeys);
    const said = JSON.stringify(reading);
    expect(said).not.toContain('MII');
    for (const { key } of reading.keys) expect(key?.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is nothing of a key that stands in the table itself', async () => {
    const secret = 'MIICXQIBAAKBgQDwIRP/seeded-secret-7f3a';
    const tape = readFileSync(join(FIXTURES, 'debian-12-hardened/dkim-keys.txt'), 'utf8').replace(
      'shop.test shop.test:mail:/etc/opendkim/keys/shop.test/mail.private\n',
      `shop.test shop.test:mail:${secret}\n`,
    );
    const host = new Player(tape);
    const told: string[] = [];
    const watched: ProbedHost = {
      run: (tool, args) => {
        told.push(...args);
        return tool === 'find' ? Promise.resolve({ code: 1, stdout: '', stderr: '' }) : host.run(tool, args);
      },
      read: (path) => host.read(path),
      recall: (name) => host.recall(name),
      keep: () => host.keep(),
    };
    const unreadable: UnreadablePart[] = [];
    const reading = dkimKeys.reading.parse(await dkimKeys.gather(watched, unreadable));
    expect(reading.keys.find(({ from }) => from === 'shop.test')).toMatchObject({ file: null, key: null });
    expect(JSON.stringify([reading, unreadable, told])).not.toContain('seeded-secret');
  });
});

describe('a program that is set up otherwise', () => {
  /** The recorded server with other files. */
  const withFiles = async (files: Record<string, string>) => {
    const host = new Player(readFileSync(join(FIXTURES, 'debian-12-hardened/dkim-keys.txt'), 'utf8'));
    const unreadable: UnreadablePart[] = [];
    const reading = await dkimKeys.gather(
      {
        run: (tool, args) =>
          tool === 'systemctl' ? host.run(tool, args) : Promise.resolve({ code: 1, stdout: '', stderr: '' }),
        read: (path) =>
          Promise.resolve<FileText>(path in files ? { state: 'read', text: files[path] ?? '' } : { state: 'absent' }),
        recall: () => Promise.resolve(null),
        keep: () => Promise.resolve(),
      },
      unreadable,
    );
    return { reading: dkimKeys.reading.parse(reading), unreadable };
  };
  const CONF = '/etc/opendkim.conf';

  it.each([
    ['has tables in a database', { [CONF]: 'KeyTable dsn:mysql://u:pw@3306+h/db\nSigningTable file:/t' }],
    ['names a table that is not there', { [CONF]: 'KeyTable /keys\nSigningTable refile:/signing', '/keys': '' }],
    ['lets a script choose', { [CONF]: 'Domain a.test\nSelector s\nKeyFile /k\nSetupPolicyScript /x.lua' }],
    ['includes what is not there', { [CONF]: 'Include /etc/opendkim.local' }],
    ['runs without its configuration', {}],
  ])('is not read as a whole when it %s', async (_, files) => {
    const { reading, unreadable } = await withFiles(files);
    expect(reading.signers).toEqual([{ program: 'opendkim', read: false }]);
    expect(unreadable.length).toBeGreaterThan(0);
    expect(JSON.stringify(unreadable)).not.toContain('pw');
  });

  it('is read with one key for a list, and from the files that it includes', async () => {
    const files = {
      [CONF]: 'Include /etc/opendkim.local # what is ours\nSubDomains yes',
      '/etc/opendkim.local': 'domain  a.test, b.test\nSELECTOR S1\nKeyFile\t/etc/dkimkeys/one.private\n',
    };
    const { reading } = await withFiles(files);
    expect(reading.keys).toMatchObject(
      ['a.test', 'b.test'].map((from) => ({ from, below: true, domain: from, selector: 's1' })),
    );
  });

  it('signs nothing when it may only verify', async () => {
    const { reading } = await withFiles({ [CONF]: 'Mode v\nDomain a.test\nSelector s\nKeyFile /k' });
    expect(reading).toEqual({ signers: [], keys: [], left: 0 });
  });
});

describe('both halves of a key', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'dkim-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const openssl = (...args: string[]): string =>
    execFileSync('openssl', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

  it.each([
    ['rsa', 2048, ['genrsa', '-out', 'key', '2048']],
    ['rsa', 1024, ['genrsa', '-traditional', '-out', 'key', '1024']],
    ['ed25519', 256, ['genpkey', '-algorithm', 'ed25519', '-out', 'key']],
  ])('are the same key: %s of %i bits', (type, bits, args) => {
    openssl(...args);
    const signs = keyOfPem(openssl('pkey', '-in', 'key', '-passin', 'pass:', '-pubout'));
    expect(signs).toMatchObject({ type, bits });
    const der = execFileSync('openssl', ['pkey', '-in', 'key', '-pubout', '-outform', 'DER'], { cwd: folder });
    // RFC 8463 §4: of Ed25519 the key alone is published.
    const p = (type === 'ed25519' ? der.subarray(-32) : der).toString('base64');
    expect(keyOfRecord(type.toUpperCase(), p.replace(/(.{60})/, '$1 '))).toEqual(signs);
    expect(keyOfRecord(type, '')).toEqual({ type, bits: 0, sha256: null });
  });

  it('are no key of ours when they are of another kind, or locked', () => {
    openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', 'ec');
    expect(keyOfPem(openssl('pkey', '-in', 'ec', '-pubout'))).toBeNull();
    writeFileSync(join(folder, 'phrase'), 'long-and-secret');
    openssl('genrsa', '-aes256', '-passout', 'file:phrase', '-out', 'locked', '2048');
    expect(() => openssl('pkey', '-in', 'locked', '-passin', 'pass:', '-pubout')).toThrow();
  });
});
