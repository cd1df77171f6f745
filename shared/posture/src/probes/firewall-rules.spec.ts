// Countries in the rules of firewalls that nft does not tell all about, on what real programs of a Debian 12 server printed:
// sets of ipset, rules as csf writes them, an old iptables, firewalld. Recorded by test/lab/posture/record.ts.
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { checkOf } from '../checks.ts';
import type { FileText, ProbedHost, ProbeTool, Ran } from '../host.ts';
import { posturePolicy } from '../policy.ts';
import type { UnreadablePart } from '../probe.ts';
import { played } from '../testing/tape.ts';
import { firewallRules } from './firewall-rules.ts';

const now = new Date('2026-11-22T12:00:00Z');

type Reading = z.output<typeof firewallRules.reading>;
function judged(reading: Reading): unknown {
  const verdict = checkOf('FW-013')?.judge({ firewallRules: reading }, { policy: posturePolicy, now });
  return verdict?.state === 'fail' ? verdict.failures[0]?.evidence : verdict;
}
const read = async (server: string): Promise<Reading> => (await played(server, firewallRules)).reading;

describe('countries that a firewall asks', () => {
  it('are told by ipset, which knows what its sets are called, who asks them and whether they hold anything', async () => {
    const reading = await read('debian-12-ipset');
    expect(reading).toMatchObject({ countries: ['cc_cn', 'country-eu'], empty: ['country-eu'], hidden: [] });
    expect(judged(reading)).toEqual({ state: 'pass' });
  });

  it('are none when every set has lapsed, however new its file is', async () => {
    const reading = await read('debian-12-ipset-empty');
    expect(reading).toMatchObject({ empty: ['cc_cn', 'country-eu'], countriesFrom: '2026-11-22' });
    expect(judged(reading)).toEqual({
      sets: 'cc_cn, country-eu',
      dataFrom: '2026-11-22',
      empty: 'cc_cn, country-eu',
    });
  });

  it('are told by the chain that a rule for each network stands in', async () => {
    const reading = await read('debian-12-country-chain');
    expect(reading).toMatchObject({ countries: ['CC_DENY'], hidden: [] });
    expect(judged(reading)).toEqual({ state: 'pass' });
  });

  it('are told by the name that firewalld gives its ipset in nftables', async () => {
    expect(await read('debian-12-firewalld')).toMatchObject({ countries: ['country-cn'], countriesFrom: '2026-11-22' });
  });

  it('are not known where iptables of the old kind has rules', async () => {
    const reading = await read('debian-12-iptables-legacy');
    expect(reading).toMatchObject({ countries: [], hidden: ['legacy'] });
    expect(judged(reading)).toMatchObject({
      state: 'unknown',
      why: expect.stringContaining('iptables-legacy') as string,
    });
  });
});

/** A host that answers as it is told; what a host with such a ruleset prints is in the recordings above. */
function host(expr: unknown, ipset: Ran | undefined, sets: unknown[] = []): ProbedHost {
  const rule = { rule: { family: 'ip', table: 'filter', chain: 'INPUT', expr: [expr, { drop: null }] } };
  const ruleset = JSON.stringify({ nftables: [...sets.map((set) => ({ set })), rule] });
  const ran = (stdout: string): Ran => ({ code: 0, stdout, stderr: '' });
  const answers: Partial<Record<ProbeTool, Ran>> = {
    nft: ran(ruleset),
    find: ran('2026-11-20\n'),
    ...(ipset && { ipset }),
  };
  return {
    run: (tool) => Promise.resolve(answers[tool]),
    read: () => Promise.resolve<FileText>({ state: 'absent' }),
    recall: () => Promise.resolve(null),
    keep: () => Promise.resolve(),
  };
}

describe('a policy that cannot be seen', () => {
  const match = { xt: { type: 'match', name: 'set' } };
  it.each([
    ['ipset is not installed', match, undefined, [], /ipset could not be asked/],
    [
      'ipset may not be asked',
      match,
      { code: 1, stdout: '', stderr: 'Operation not permitted' },
      [],
      /ipset could not/,
    ],
    ['nft names no match of iptables', { xt: null }, { code: 0, stdout: '', stderr: '' }, [], /nft is too old/],
    [
      'the entries of the set lapse',
      { match: { op: '==', left: { payload: { protocol: 'ip', field: 'saddr' } }, right: '@cc_cn' } },
      undefined,
      [{ name: 'cc_cn', family: 'ip', table: 'filter', type: 'ipv4_addr', flags: ['timeout'], timeout: 86_400 }],
      /lapse/,
    ],
  ])('is not known, and no pass, when %s', async (_, expr, ipset, sets, why) => {
    const unreadable: UnreadablePart[] = [];
    const reading = firewallRules.reading.parse(await firewallRules.gather(host(expr, ipset, sets), unreadable));
    expect(judged(reading)).toMatchObject({ state: 'unknown', why: expect.stringMatching(why) as string });
  });

  it('is missing when ipset says that nobody asks a set of countries', async () => {
    const listed = {
      code: 0,
      stdout: 'Name: cc_cn\nType: hash:net\nReferences: 0\nNumber of entries: 3\n',
      stderr: '',
    };
    const reading = firewallRules.reading.parse(await firewallRules.gather(host(match, listed), []));
    expect(judged(reading)).toEqual({ sets: 'none', dataFrom: 'none' });
  });
});
