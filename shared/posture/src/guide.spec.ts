// The steps of every check on what was recorded of the weak server: they name its own values, and what a host says never
// becomes a line that does something else.
import type { Evidence } from '@muster/contracts/posture';
import { describe, expect, it } from 'vitest';
import { checks } from './checks.ts';
import type { CheckDefinition } from './check.ts';
import { guideFor, type Found, type Guide } from './guide.ts';
import { judgeServer } from './judge.ts';
import { posturePolicy } from './policy.ts';
import { RECORDED_AT, recordedReports } from './testing/recorded.ts';

/** What no line on the server mends. */
const WITHOUT: Readonly<Record<string, string>> = {
  'AGT-002': 'the operation is looked at on its own page',
  'AGT-005': 'a drill of people',
  'GEN-001': 'each account enrols its own second factor in the panel',
  'GEN-002': 'a review on the server’s page',
  'UPD-007': 'a move to another release is a project',
};

/** Of checks on what no program on the server tells: found as their own specs find it. */
const ELSEWHERE: readonly (readonly [check: string, subject: string | null, evidence: Evidence])[] = [
  ['AGT-001', null, { since: '2026-11-22T06:55:00.000Z', version: '0.2.0' }],
  ['AGT-004', null, { version: '0.2.0', found: 'a'.repeat(64), signed: 'b'.repeat(64) }],
  ['DKR-001', 'tcp://0.0.0.0:2375', { address: 'tcp://0.0.0.0:2375', verified: false }],
  ['DKR-004', 'container worker', { container: 'worker', limit: '2', since: '2026-11-22T06:00' }],
  ['F2B-003', null, { ssh: '22, 2222', jail: '22' }],
  ['F2B-006', 'jail sshd', { jail: 'sshd', missing: '198.51.100.0/24, 2001:db8::/32' }],
  ['FW-006', null, { ipv4: 'filter/input', ipv6: 'open' }],
  [
    'KEY-002',
    'key SHA256:former of ops',
    { account: 'ops', fingerprint: 'SHA256:former', type: 'ssh-rsa', owner: 'nobody' },
  ],
  ['MAIL-004', 'domain shop.test', { domain: 'shop.test', wrong: 'no record', record: 'none', lookups: 0 }],
  [
    'MAIL-005',
    'domain shop.test, selector mail',
    { domain: 'shop.test', selectors: 'mail', wrong: 'another key is published' },
  ],
  ['OUT-001', 'port tcp/4444', { port: 4444, addresses: '203.0.113.7' }],
  [
    'OUT-002',
    'site shop.test',
    { name: 'shop.test', address: '2001:db8::7', wrong: 'it has ended', issuer: 'R3', until: '2026-11-01' },
  ],
  ['RES-002', 'disk /var', { mount: '/var', used: '90 %' }],
  ['RES-005', 'disk /dev/sda', { part: '/dev/sda', model: 'ST4000', said: 'it calls itself failing' }],
  ['SSH-009', null, { edited: '2026-11-22 05:00', loaded: '2026-11-21 05:00' }],
  ['TIME-002', null, { clock: 'behind', off: 'more than 2 s' }],
  ['WP-010', '/var/www/shop.test', { site: '/var/www/shop.test', version: '6.1.1', folders: 'wp-includes' }],
];

const RECORDED = [
  ...['debian-12-weak', 'debian-12-plain', 'debian-12-broken', 'debian-12-busy', 'docker-20-weak'],
  ...['cpanel-documented', 'plesk-documented'],
];
const grave = checks.filter(({ severity }) => severity === 'critical' || severity === 'high');

async function failuresOf(): Promise<(Found & { check: CheckDefinition })[]> {
  const circumstances = { policy: posturePolicy, now: RECORDED_AT };
  const results = await Promise.all(
    RECORDED.map(async (server) => judgeServer(await recordedReports(server), circumstances)),
  );
  const recorded = results.flat().flatMap(({ check, failures }) => failures.map((one) => ({ ...one, check })));
  const elsewhere = ELSEWHERE.map(([id, subject, evidence]) => ({ check: checkNamed(id), subject, evidence }));
  return [...recorded, ...elsewhere];
}
const found = failuresOf();

function checkNamed(id: string): CheckDefinition {
  const check = checks.find((one) => one.id === id);
  if (check === undefined) throw new Error(`there is no check ${id}`);
  return check;
}
function guideOf(check: CheckDefinition, one: Found): Guide {
  const guide = check.steps?.(one);
  if (guide === undefined) throw new Error(`${check.id} has no steps`);
  return guide;
}
const linesOf = ({ mend, undo }: Guide): string[] =>
  [...mend, ...undo].flatMap(({ command, verify }) => [command, verify]).filter((line) => line !== null);

describe('steps', () => {
  it('are there for every critical and high check, or it is said why not', () => {
    const none = grave.filter(({ steps }) => steps === undefined).map(({ id }) => id);
    expect(none).toEqual(Object.keys(WITHOUT));
  });

  it.each(grave.filter(({ id }) => !(id in WITHOUT)).map(({ id }) => id))(
    'of %s name the values of the server that was found weak',
    async (id) => {
      const mine = (await found).filter(({ check }) => check.id === id);
      expect(mine.length).toBeGreaterThan(0);
      for (const { check, subject, evidence } of mine) {
        const guide = guideOf(check, { subject, evidence });
        const text = JSON.stringify(guide);
        expect(guide.mend.length).toBeGreaterThan(0);
        expect(linesOf(guide).length).toBeGreaterThan(0);
        expect(text).not.toMatch(/undefined|NaN|left out/);
        const own = Object.values(evidence).filter((value) => typeof value !== 'boolean' && value !== '');
        expect(
          own.length === 0 || own.some((value) => text.includes(JSON.stringify(value).replace(/^"|"$/g, ''))),
          `${text} names none of ${JSON.stringify(evidence)}`,
        ).toBe(true);
      }
    },
  );

  const HOSTILE = [
    ...[
      `x'; pwned; '`,
      'x"; pwned; "',
      'x$(pwned)',
      'x`pwned`',
      'x; pwned',
      'x\npwned',
      '-x pwned',
      '\u202epwned',
      'x\ufffdpwned',
    ],
    // In the form that a check expects, as far as the form goes.
    ...[
      `/srv/a'; pwned; '/b`,
      '/srv/$(pwned)/b',
      'User x; pwned',
      "trust in /etc/x'; pwned; ':3",
      'tcp://0.0.0.0:1;pwned',
    ],
    ...[
      'inet a;pwned/b policy accept',
      'inet f/i;pwned',
      'x; pwned (PHP 8.2)',
      'pool x of PHP 8.2; pwned',
      'a.test, b.test;pwned',
    ],
  ];

  it('keep what a hostile server says as data, or leave the line out', async () => {
    for (const { check, subject, evidence } of await found) {
      if (check.steps === undefined) continue;
      for (const hostile of HOSTILE) {
        for (const field of [null, ...Object.keys(evidence)]) {
          const one = {
            subject: field === null ? (subject === null ? null : `${subject.slice(0, 4)}${hostile}`) : subject,
            evidence: field === null ? evidence : { ...evidence, [field]: hostile },
          };
          for (const line of linesOf(guideOf(check, one))) {
            expect(line).not.toMatch(/[\p{Cc}\p{Cf}\ufffd]/u);
            // Outside of quotes nothing of it is left, and inside of them it is no program of another language.
            const outside = line.replaceAll(/'[^']*'|\\'/g, '');
            expect(outside, `${check.id}: ${line}`).not.toContain('pwned');
            expect(line, check.id).not.toMatch(
              /\b(?:nft|sed(?: -\S+)*|mariadb -e|runuser \S+ \S+ -- sh -c) '[^']*pwned/,
            );
          }
        }
      }
    }
  });

  it('are none for evidence that they cannot read', () => {
    const broken = {
      steps: () => {
        throw new Error('not this');
      },
    };
    expect(guideFor(broken, { subject: null, evidence: {} })).toBeNull();
    expect(guideFor({}, { subject: null, evidence: {} })).toBeNull();
  });

  it('say so where a line is left out', () => {
    const { mend } = guideOf(checkNamed('FILE-004'), { subject: null, evidence: { path: '/var/www/a\ufffdb.sql' } });
    expect(mend[0]).toEqual({ say: expect.stringContaining('left out') as string, command: null, verify: null });
  });
});
