// Checks that judge what the prober saw, on readings as it makes them.
import type { ProbeReport } from '@muster/contracts/posture';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { checkOf } from '../checks.ts';
import { judgeCheck, type CheckResult } from '../judge.ts';
import { posturePolicy } from '../policy.ts';
import type { dkimKeys, KeyInUse } from '../probes/dkim-keys.ts';
import type { listeners } from '../probes/listeners.ts';
import { compareDkim } from './compare-dkim.ts';
import { MADE_TO_FAIL } from '../testing/tried.ts';
import { comparePorts } from './compare-ports.ts';
import type { DkimFromOutside, Published } from './dkim.ts';
import type { DomainFromOutside, MailFromOutside, outsideNames } from './names.ts';
import type { PortsFromOutside } from './ports.ts';
import type { outsideSites, SiteFromOutside } from './sites.ts';
import type { outsideTls, TlsService } from './tls.ts';

const now = new Date('2026-11-21T12:00:00Z');
const inDays = (days: number): string => new Date(now.getTime() + days * 86_400_000).toISOString();

interface Readings {
  readonly listeners?: z.input<typeof listeners.reading>;
  readonly 'outside-ports'?: PortsFromOutside;
  readonly 'outside-tls'?: z.input<typeof outsideTls.reading>;
  readonly 'outside-sites'?: z.input<typeof outsideSites.reading>;
  readonly 'outside-names'?: z.input<typeof outsideNames.reading>;
  readonly 'outside-dkim'?: DkimFromOutside;
  readonly 'dkim-keys'?: z.input<typeof dkimKeys.reading>;
}

const madeToFail = new Set<string>();

function judged(id: string, readings: Readings): CheckResult {
  const check = checkOf(id);
  if (check === undefined) throw new Error(`there is no check ${id}`);
  const reports = new Map<string, ProbeReport>(
    Object.entries(readings).map(([probe, seen]) => {
      const reading = seen as ProbeReport['reading'];
      const at = now.toISOString();
      return [probe, { probe, at, durationMs: 1, sha256: '0'.repeat(64), reading, error: null, unreadable: [] }];
    }),
  );
  const result = judgeCheck(check, reports, { policy: posturePolicy, now });
  if (result.state === 'fail') madeToFail.add(id);
  return result;
}
const answer = (id: string, readings: Readings) => {
  const { state, why, failures } = judged(id, readings);
  return [state, failures[0]?.evidence ?? why];
};

const address = '203.0.113.7';
const looked = { address, refused: null };
const listens = (port: number, on = '0.0.0.0') => ({
  protocol: 'tcp' as const,
  address: on,
  port,
  process: 'mariadbd',
  unit: null,
});
const ports = (
  said: number[] | null,
  ...open: [port: number, state: 'open' | 'closed' | 'silent'][]
): PortsFromOutside => ({
  addresses: [looked],
  said,
  ports: open.map(([port, state]) => ({ address, port, state })),
  left: 0,
});

describe('ports, as the server says and as they answer', () => {
  it.each([
    ['reachable', [3306], [3306], 'open'],
    ['filtered', [3306], [3306], 'silent'],
    ['filtered', [3306], [3306], 'closed'],
    ['unexplained', [], [], 'open'],
    ['closed', [], [], 'silent'],
    // Stopped since.
    ['not-compared', [], [3306], 'open'],
    // Started since.
    ['not-compared', [3306], [], 'silent'],
    ['reachable', [3306], [], 'open'],
    ['not-compared', null, [3306], 'open'],
    ['not-compared', [3306], null, 'open'],
  ] as const)('are %s when it says %j, said %j then, and %s was seen', (verdict, says, saidThen, state) => {
    const outside = ports(saidThen === null ? null : [...saidThen], [3306, state]);
    const [compared] = comparePorts(says && says.map((port) => listens(port)), outside);
    expect(compared?.verdict).toBe(verdict);
  });

  it('take a listener on loopback for nobody', () => {
    expect(comparePorts([listens(3306, '127.0.0.1')], ports([], [3306, 'open']))[0]?.verdict).toBe('unexplained');
  });
});

describe('checks from outside', () => {
  it('do not know what nobody has looked at', () => {
    for (const id of ['OUT-001', 'OUT-002', 'OUT-003', 'OUT-004', 'PLK-005', 'WEB-012', 'DNS-001', 'DNS-002']) {
      expect(answer(id, { listeners: { read: true, listeners: [] } })).toEqual([
        'unknown',
        'Nobody has looked from outside yet',
      ]);
    }
  });

  it('OUT-001 alarms at a port that the server does not know of, and does not apply without an address', () => {
    const quiet = { read: true, listeners: [] };
    expect(answer('OUT-001', { listeners: quiet, 'outside-ports': ports([], [4444, 'open']) })).toEqual([
      'fail',
      { port: 4444, addresses: address },
    ]);
    const none = { addresses: [{ address: '10.0.0.1', refused: 'is private' }], said: [], ports: [], left: 0 };
    expect(answer('OUT-001', { listeners: quiet, 'outside-ports': none })[0]).toBe('not-applicable');
    const unread = { read: false, listeners: [] };
    expect(answer('OUT-001', { listeners: unread, 'outside-ports': ports([], [4444, 'open']) })[0]).toBe('unknown');
    expect(answer('OUT-001', { listeners: quiet, 'outside-ports': { ...ports([]), left: 3 } })[0]).toBe('unknown');
  });

  it('FW-004 says beside the listener what was seen, when it was said then', () => {
    const said = { read: true, listeners: [listens(3306)] };
    const probed = (outside?: PortsFromOutside): unknown =>
      judged('FW-004', { listeners: said, ...(outside && { 'outside-ports': outside }) }).failures[0]?.evidence[
        'probed'
      ];
    expect(probed()).toBe('not tried');
    expect(probed(ports([3306], [3306, 'open']))).toBe('open');
    expect(probed(ports([3306], [3306, 'silent']))).toBe('does not answer');
    expect(probed(ports([], [3306, 'silent']))).toBe('not tried');
  });

  const shown = (more: Partial<TlsService> & { chain?: string; until?: string; names?: string[] } = {}): TlsService => {
    const { chain = 'ok', until = inDays(60), names = ['shop.test'], ...service } = more;
    return {
      ...{ address, port: 443, name: 'shop.test', kind: 'https', answered: 'tls', protocols: ['TLSv1.2', 'TLSv1.3'] },
      certificate: { names, issuer: "C=US, O=Let's Encrypt, CN=R11", until, chain, selfSigned: false },
      ...service,
    };
  };
  const tls = (...services: TlsService[]) => ({ 'outside-tls': { services, left: 0 } });

  it.each([
    [shown(), 'pass'],
    [shown({ names: ['*.test'] }), 'pass'],
    [shown({ chain: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }), 'fail'],
    [shown({ names: ['other.test'] }), 'fail'],
    [shown({ until: inDays(20) }), 'fail'],
    [shown({ answered: 'silent', certificate: null }), 'unknown'],
    [shown({ kind: 'smtp' }), 'not-applicable'],
  ])('OUT-002 judges the certificate that is shown: %#', (service, state) => {
    expect(judged('OUT-002', tls(service)).state).toBe(state);
  });

  it('OUT-003 finds old protocols on any service', () => {
    expect(judged('OUT-003', tls(shown())).state).toBe('pass');
    const old = shown({ kind: 'smtp', port: 25, protocols: ['TLSv1', 'TLSv1.2'] });
    expect(answer('OUT-003', tls(shown(), old))).toEqual([
      'fail',
      { service: 'smtp', port: 25, address, protocols: 'TLSv1' },
    ]);
    expect(judged('OUT-003', tls(shown({ answered: 'plain', kind: 'smtp', certificate: null }))).state).toBe(
      'not-applicable',
    );
  });

  it('PLK-005 takes any name of the server for mail and panel', () => {
    const mail = { kind: 'imap' as const, port: 993, name: 'host.test' };
    expect(judged('PLK-005', tls(shown(), shown({ ...mail, names: ['host.test'] }))).state).toBe('pass');
    expect(judged('PLK-005', tls(shown(), shown({ ...mail, names: ['shop.test'] }))).state).toBe('pass');
    expect(judged('PLK-005', tls(shown(), shown({ ...mail, names: ['Plesk'] }))).state).toBe('fail');
  });

  const site = (more: Partial<SiteFromOutside> = {}): SiteFromOutside => ({
    ...{ name: 'shop.test', leads: 'here', addresses: [address], origin: null },
    http: { status: 301, location: 'https://shop.test/' },
    https: { status: 200, hsts: 'max-age=31536000' },
    ...more,
  });
  const sites = (...all: SiteFromOutside[]) => ({ 'outside-sites': { reachable: true, sites: all, left: 0 } });

  it.each([
    [site(), 'pass'],
    [site({ http: null }), 'pass'],
    [site({ https: null }), 'fail'],
    [site({ http: { status: 200, location: '' } }), 'fail'],
    [site({ https: { status: 200, hsts: 'max-age=300' } }), 'fail'],
    [site({ http: null, https: null }), 'unknown'],
    [site({ leads: 'not-known', http: null, https: null }), 'unknown'],
    [site({ leads: 'elsewhere', http: null, https: null }), 'not-applicable'],
  ])('OUT-004 judges how a visitor is received: %#', (one, state) => {
    expect(judged('OUT-004', sites(one)).state).toBe(state);
  });

  it.each([
    [site({ leads: 'elsewhere', addresses: ['104.16.1.1'], origin: 200 }), 'fail'],
    [site({ leads: 'elsewhere', addresses: ['2606:4700::1'], origin: 301 }), 'fail'],
    [site({ leads: 'elsewhere', addresses: ['104.16.1.1'], origin: 403 }), 'pass'],
    [site({ leads: 'elsewhere', addresses: ['104.16.1.1'], origin: null }), 'pass'],
    [site({ leads: 'elsewhere', addresses: ['192.0.2.1'], origin: 200 }), 'not-applicable'],
  ])('WEB-012 finds an origin that answers past its CDN: %#', (one, state) => {
    expect(judged('WEB-012', sites(one)).state).toBe(state);
  });

  const spf = {
    records: 1,
    record: 'v=spf1 mx -all',
    lookups: 1,
    all: '-' as const,
    allowsServer: true,
    problem: null,
  };
  const mail: MailFromOutside = {
    exchanges: ['mail.shop.test'],
    here: true,
    spf,
    dmarc: { at: '_dmarc.shop.test', policy: 'reject', reports: true },
    dkim: [{ selector: 'default', type: 'rsa', bits: 2048 }],
    selectors: ['default'],
  };
  const domain = (more: Partial<DomainFromOutside> = {}): Readings => ({
    'outside-names': {
      domains: [
        {
          name: 'shop.test',
          caa: { at: 'shop.test', issuers: ['letsencrypt.org'] },
          dnssec: { state: 'signed', until: inDays(20) },
          mail,
          ...more,
        },
      ],
      left: 0,
    },
  });
  const withMail = (more: Partial<MailFromOutside>): Readings => domain({ mail: { ...mail, ...more } });

  const rsa = { type: 'rsa', bits: 2048, sha256: 'a1'.repeat(32) };
  const ed25519 = { type: 'ed25519', bits: 256, sha256: 'e2'.repeat(32) };
  const OTHER = 'b3'.repeat(32);
  const record = { domain: 'shop.test', selector: 'mail' };
  /** Mail of shop.test is signed under `mail`, and that is what the DNS has there. */
  const signed = (
    more: Partial<KeyInUse> = {},
    keys: Published['keys'] = [rsa],
    outside: Partial<DkimFromOutside> = {},
    here = true,
  ): Readings => {
    const rule = { program: 'opendkim' as const, from: 'shop.test', below: false, file: '/etc/opendkim/keys/mail' };
    const key: KeyInUse = { ...rule, ...record, key: rsa, ...more };
    const { selector } = key;
    return {
      'dkim-keys': { signers: [{ program: 'opendkim', read: true }], keys: [key], left: 0 },
      'outside-dkim': {
        said: [{ domain: key.domain, selector, sha256: key.key?.sha256 ?? null }],
        published: [{ domain: key.domain === '*' ? 'shop.test' : key.domain, selector, here, keys }],
        left: 0,
        ...outside,
      },
    };
  };
  const unsigned: Readings = {
    'dkim-keys': { signers: [], keys: [], left: 0 },
    'outside-dkim': { said: [], published: [], left: 0 },
  };

  it('compare each key with what is published under its own name, and nobody else’s', () => {
    const key = (more: Partial<KeyInUse>): KeyInUse => ({
      ...{ program: 'opendkim', from: '*', below: false, domain: '*', selector: 'any', file: '/keys/any', key: rsa },
      ...more,
    });
    const keys = [
      key({}),
      key({ from: 'shop.test', domain: 'shop.test', selector: 'mail', file: '/keys/mail' }),
      // Two senders, one key.
      key({ from: 'news.test', domain: 'shop.test', selector: 'mail', file: '/keys/mail' }),
    ];
    const asked = (domain: string, selector: string, sha256: string): Published => ({
      ...{ domain, selector, here: true },
      keys: [{ ...rsa, sha256 }],
    });
    const outside: DkimFromOutside = {
      said: keys.map(({ domain, selector }) => ({ domain, selector, sha256: rsa.sha256 })),
      published: [
        asked('shop.test', 'mail', rsa.sha256),
        asked('shop.test', 'any', OTHER),
        asked('blog.test', 'any', OTHER),
      ],
      left: 0,
    };
    const compared = compareDkim(keys, outside, new Set(['shop.test', 'blog.test']));
    expect(compared.map(({ domain, selector, verdict }) => [domain, selector, verdict])).toEqual([
      ['blog.test', 'any', 'other'],
      ['shop.test', 'mail', 'same'],
    ]);
  });

  it.each<[string, string, Readings]>([
    ['DNS-001', 'pass', domain()],
    ['DNS-001', 'pass', { ...domain(), ...tls(shown()) }],
    ['DNS-001', 'fail', domain({ caa: { at: '', issuers: [] } })],
    ['DNS-001', 'fail', { ...domain({ caa: { at: 'test', issuers: ['digicert.com'] } }), ...tls(shown()) }],
    ['DNS-001', 'unknown', domain({ caa: null })],
    ['DNS-002', 'pass', domain()],
    ['DNS-002', 'fail', domain({ dnssec: { state: 'unsigned', until: null } })],
    ['DNS-002', 'fail', domain({ dnssec: { state: 'broken', until: null } })],
    ['DNS-002', 'fail', domain({ dnssec: { state: 'signed', until: inDays(5) } })],
    ['DNS-002', 'unknown', domain({ dnssec: { state: 'not-validated', until: inDays(20) } })],
    ['MAIL-004', 'pass', domain()],
    ['MAIL-004', 'fail', withMail({ spf: { ...spf, records: 0, record: '' } })],
    ['MAIL-004', 'fail', withMail({ spf: { ...spf, records: 2 } })],
    ['MAIL-004', 'fail', withMail({ spf: { ...spf, lookups: 11 } })],
    ['MAIL-004', 'fail', withMail({ spf: { ...spf, all: '+' } })],
    ['MAIL-004', 'fail', withMail({ spf: { ...spf, allowsServer: false } })],
    ['MAIL-004', 'pass', withMail({ here: false, spf: { ...spf, allowsServer: false } })],
    ['MAIL-004', 'unknown', withMail({ spf: null })],
    ['MAIL-004', 'not-applicable', withMail({ exchanges: [] })],
    ['MAIL-005', 'unknown', domain()],
    ['MAIL-005', 'pass', { ...domain(), ...signed() }],
    ['MAIL-005', 'pass', { ...domain(), ...signed({ key: ed25519 }, [ed25519]) }],
    // A record for a key to come does no harm.
    ['MAIL-005', 'pass', { ...domain(), ...signed({}, [{ ...rsa, sha256: OTHER }, rsa]) }],
    ['MAIL-005', 'pass', { ...domain({ mail: null }), ...signed() }],
    ['MAIL-005', 'pass', { ...domain(), ...signed({ from: '*', domain: '*' }) }],
    ['MAIL-005', 'fail', { ...domain(), ...signed({}, [{ ...rsa, sha256: OTHER }]) }],
    ['MAIL-005', 'fail', { ...domain(), ...signed({}, []) }],
    ['MAIL-005', 'fail', { ...domain(), ...signed({}, [{ ...rsa, bits: 0, sha256: null }]) }],
    ['MAIL-005', 'fail', { ...domain(), ...signed({ key: { ...rsa, bits: 512 } }, [{ ...rsa, bits: 512 }]) }],
    // It sends, and takes no mail.
    ['MAIL-005', 'fail', { ...withMail({ here: false }), ...signed({}, []) }],
    ['MAIL-005', 'unknown', { ...domain(), ...signed({ key: null }) }],
    ['MAIL-005', 'unknown', { ...domain(), ...signed({}, null) }],
    ['MAIL-005', 'unknown', { ...domain(), ...signed({}, [rsa], { said: [] }) }],
    ['MAIL-005', 'unknown', { ...domain(), ...signed({}, [rsa], { left: 1 }) }],
    // Changed since the DNS was asked.
    ['MAIL-005', 'unknown', { ...domain(), ...signed({}, [rsa], { said: [{ ...record, sha256: OTHER }] }) }],
    // Another domain is signed, and for this one nobody signs.
    ['MAIL-005', 'fail', { ...withMail({ dkim: [] }), ...signed({ from: 'other.test', domain: 'other.test' }) }],
    ['MAIL-005', 'unknown', { ...domain(), ...signed({ from: 'other.test', domain: 'other.test' }) }],
    ['MAIL-005', 'unknown', { ...withMail({ dkim: [] }), ...unsigned }],
    ['MAIL-005', 'unknown', { ...withMail({ dkim: null }), ...unsigned }],
    ['MAIL-005', 'unknown', { ...domain(), ...unsigned }],
    ['MAIL-005', 'fail', { ...withMail({ dkim: [{ selector: 'default', type: 'rsa', bits: 512 }] }), ...unsigned }],
    ['MAIL-005', 'fail', { ...withMail({ dkim: [{ selector: 'default', type: 'rsa', bits: 0 }] }), ...unsigned }],
    ['MAIL-005', 'not-applicable', { ...withMail({ here: false }), ...unsigned }],
    // What was moved away and is still in a table.
    [
      'MAIL-005',
      'not-applicable',
      { ...withMail({ here: false }), ...signed({ from: 'old.test', domain: 'old.test' }, [], {}, false) },
    ],
    ['MAIL-006', 'pass', domain()],
    ['MAIL-006', 'fail', withMail({ dmarc: { at: '', policy: '', reports: false } })],
    ['MAIL-006', 'fail', withMail({ dmarc: { at: '_dmarc.test', policy: 'none', reports: true } })],
    ['MAIL-006', 'fail', withMail({ dmarc: { at: '_dmarc.test', policy: 'reject', reports: false } })],
    ['MAIL-006', 'unknown', withMail({ dmarc: null })],
  ])('%s says %s: %#', (id, state, readings) => {
    expect(judged(id, readings).state).toBe(state);
  });

  it('name only evidence that they declare', () => {
    const bad = withMail({
      spf: { ...spf, records: 0 },
      dmarc: { at: '', policy: '', reports: false },
      dkim: [{ selector: 'x', type: 'rsa', bits: 0 }],
    });
    const readings: Readings = {
      ...bad,
      ...signed({}, [{ ...rsa, sha256: OTHER }]),
      ...tls(shown({ chain: 'x', protocols: ['TLSv1'] }), shown({ kind: 'panel', port: 8443, chain: 'x' })),
      ...sites(
        site({ https: null }),
        site({ name: 'cdn.test', leads: 'elsewhere', addresses: ['104.16.1.1'], origin: 200 }),
      ),
      'outside-ports': ports([], [4444, 'open']),
      listeners: { read: true, listeners: [] },
    };
    for (const id of [
      'OUT-001',
      'OUT-002',
      'OUT-003',
      'OUT-004',
      'PLK-005',
      'WEB-012',
      'MAIL-004',
      'MAIL-005',
      'MAIL-006',
    ]) {
      const { check, failures } = judged(id, readings);
      expect(failures.length, id).toBeGreaterThan(0);
      for (const { evidence } of failures)
        expect(
          Object.keys(evidence).filter((field) => !(field in check.evidence)),
          id,
        ).toEqual([]);
    }
  });
});

it('made fail what the reference says of it', () => {
  expect([...madeToFail].sort()).toEqual(MADE_TO_FAIL['outside/outside.spec.ts']);
});
