import { blockListHash } from '@muster/kernel/hashing';
import { newId } from '@muster/kernel/ids';
import { describe, expect, it } from 'vitest';
import { differences, isEmpty, summarise } from './compare.ts';
import { NOTHING_DESIRED, afterDelta, afterSnapshot, enforced } from './desired.ts';
import { parseDuration, parseHeld } from './held.ts';
import { layOut, nextOddExpiry } from './layout.ts';
import {
  isSignedIn,
  parseGateways4,
  parseGateways6,
  parseResolvers,
  parseSshConnections,
  whyNever,
} from './never-block.ts';
import { ipRange, rangeContains, rangesOverlap } from '@muster/kernel/ip-range';
import fc from 'fast-check';
import { changeText, persistedState } from './statements.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const delta = { add: [], remove: [], protect: [], unprotect: [] };

describe('desired state', () => {
  const one = newId();
  it('takes a delta that starts from the held revision and turns seconds into an end', () => {
    const next = afterDelta(
      NOTHING_DESIRED,
      { from: 0, to: 3, ...delta, add: [{ id: one, range: '198.51.100.7', seconds: 60 }] },
      NOW,
    );
    expect(next).toMatchObject({ revision: 3, blocks: [{ id: one, until: NOW + 60_000 }] });
  });
  it('answers a gap when the delta starts elsewhere', () => {
    expect(afterDelta(NOTHING_DESIRED, { from: 2, to: 3, ...delta }, NOW)).toBeUndefined();
  });
  it('refuses a snapshot that is older than what is held', () => {
    expect(
      afterSnapshot({ ...NOTHING_DESIRED, revision: 9 }, { revision: 8, blocks: [], protections: [] }, NOW),
    ).toBeUndefined();
  });
  it('keeps a range for as long as the longest of its blocks', () => {
    const state = {
      ...NOTHING_DESIRED,
      blocks: [
        { id: 'a', range: '198.51.100.7', until: NOW + 10 },
        { id: 'b', range: '198.51.100.7', until: null },
        { id: 'c', range: '198.51.100.8', until: NOW - 1 },
      ],
    };
    expect([...enforced(state, NOW)]).toEqual([['198.51.100.7', null]]);
  });
});

describe('layout', () => {
  it('puts addresses, /24 and /64 into hash sets and other prefixes into interval sets without overlaps', () => {
    const layout = layOut(
      new Map<string, number | null>([
        ['198.51.100.7', NOW + 5000],
        ['203.0.113.0/24', null],
        ['2001:db8::1', null],
        ['2001:db8:1::/64', null],
        ['192.0.2.0/25', null],
        ['192.0.2.64/26', null],
        ['2001:db8::/40', null],
        ['198.51.100.9', NOW - 1],
      ]),
      ['192.0.2.1'],
      NOW,
    );
    const texts = Object.fromEntries(
      Object.entries(layout).map(([name, list]) => [name, list.map((element) => element.text)]),
    );
    expect(texts).toEqual({
      allow4: ['192.0.2.1'],
      allow6: [],
      ban4: ['198.51.100.7'],
      ban4n24: ['203.0.113.0'],
      ban6: ['2001:db8::1'],
      ban6n64: ['2001:db8:1::'],
      net4: ['192.0.2.0/25'],
      net6: ['2001:db8::/40'],
    });
  });
  it('knows when an interval block ends, because nft does not', () => {
    expect(
      nextOddExpiry(
        new Map([
          ['198.51.100.7', 1],
          ['192.0.2.0/25', 9],
          ['192.0.2.128/25', 7],
        ]),
      ),
    ).toBe(7);
  });
});

describe('layout of any list', () => {
  const anyRange = fc
    .oneof(
      fc.tuple(fc.constant<4 | 6>(4), fc.integer({ min: 16, max: 32 })),
      fc.tuple(fc.constant<4 | 6>(6), fc.integer({ min: 32, max: 128 })),
    )
    .chain(([family, prefix]) =>
      fc
        .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 255 }))
        .map(([near, far]) =>
          ipRange(family === 4 ? `198.51.${near}.${far}/${prefix}` : `2001:db8:${near}:${far}::${far}/${prefix}`),
        ),
    );
  it('covers every block and never lets two intervals of a set overlap, which nft would refuse', () => {
    fc.assert(
      fc.property(fc.array(anyRange, { maxLength: 40 }), (ranges) => {
        const layout = layOut(new Map(ranges.map((range) => [range.text, null])), [], NOW);
        for (const name of ['net4', 'net6'] as const) {
          const kept = layout[name].map((element) => ipRange(element.text));
          kept.forEach((one, i) => kept.slice(i + 1).forEach((other) => expect(rangesOverlap(one, other)).toBe(false)));
        }
        const held = [...layout.net4, ...layout.net6].map((element) => ipRange(element.text));
        const hashed = new Set(
          [...layout.ban4, ...layout.ban4n24, ...layout.ban6, ...layout.ban6n64].map((one) => one.text),
        );
        for (const range of ranges) {
          expect(hashed.has(range.first) || held.some((one) => rangeContains(one, range))).toBe(true);
        }
      }),
    );
  });
});

describe('statements', () => {
  const layout = layOut(new Map([['198.51.100.7', NOW + 5000]]), [], NOW);
  it('adds, deletes and adds again with the time, so that any kernel takes the new end', () => {
    expect(changeText({ ban4: { add: layout.ban4, remove: ['198.51.100.8'] } }, layout, NOW)).toBe(
      [
        'add element inet muster ban4 {',
        '  198.51.100.7,',
        '  198.51.100.8,',
        '}',
        'delete element inet muster ban4 {',
        '  198.51.100.7,',
        '  198.51.100.8,',
        '}',
        'add element inet muster ban4 {',
        `  198.51.100.7 timeout 5s, # until ${NOW / 1000 + 5}`,
        '}',
        '',
      ].join('\n'),
    );
  });
  it('tells the guard what an intact table looks like', () => {
    expect(persistedState(layout, NOW)).toMatch(/^# written \d+\n# expects rules=10 sets=8\ntable inet muster\n/);
  });
});

const LISTING = `table inet muster {
	set allow4 {
		type ipv4_addr
		flags interval
		elements = { 192.0.2.1 }
	}

	set ban4 {
		type ipv4_addr
		size 262144
		flags timeout
		elements = { 198.51.100.7 timeout 1h expires 59m59s976ms, 198.51.100.8,
			     198.51.100.9 timeout 100d expires 99d23h59m59s976ms }
	}

	set net4 {
		type ipv4_addr
		flags interval
		elements = { 192.0.2.4-192.0.2.9, 198.51.100.0/22 }
	}
}
`;

describe('what nft holds', () => {
  const held = parseHeld(LISTING);
  it('reads addresses, prefixes, intervals and ends', () => {
    expect(held.get('ban4')?.map((element) => element.expiresMs)).toEqual([3_599_976, null, 8_639_999_976]);
    expect(held.get('net4')?.map((element) => element.text)).toEqual(['192.0.2.4-192.0.2.9', '198.51.100.0/22']);
    expect(parseDuration('1d2h3m4s5ms')).toBe(93_784_005);
  });
  it('hashes like the control plane when all that is desired and nothing else is held', () => {
    const blocks = new Map<string, number | null>([
      ['198.51.100.8', null],
      ['198.51.100.0/23', null],
      ['198.51.100.0/22', null],
    ]);
    const own = parseHeld(
      LISTING.replace(/198\.51\.100\.7 timeout.*\n.*976ms/, '198.51.100.8').replace('192.0.2.4-192.0.2.9, ', ''),
    );
    const allow = new Set(['192.0.2.1']);
    const summary = summarise(blocks, allow, layOut(blocks, allow, NOW), own, NOW);
    expect(summary.hash).toBe(blockListHash(blocks.keys(), allow));
    expect(summary.blocks).toBe(3);
  });
  it('shows an element that nobody asked for as a difference and in the hash', () => {
    const blocks = new Map<string, number | null>([['198.51.100.8', null]]);
    const layout = layOut(blocks, [], NOW);
    expect(differences(layout, held, NOW).ban4?.remove).toEqual(['198.51.100.7', '198.51.100.9']);
    expect(summarise(blocks, new Set(), layout, held, NOW).hash).not.toBe(blockListHash(blocks.keys(), []));
  });
  it('sees a changed end, not the ticking of the clock', () => {
    const same = layOut(new Map([['198.51.100.7', NOW + 3_599_000]]), [], NOW);
    const other = layOut(new Map([['198.51.100.7', NOW + 60_000]]), [], NOW);
    expect(differences(same, held, NOW).ban4?.add).toEqual([]);
    expect(differences(other, held, NOW).ban4?.add).toHaveLength(1);
    expect(isEmpty(differences(layOut(new Map(), [], NOW), new Map(), NOW))).toBe(true);
  });
});

describe('never blocked', () => {
  const never = [{ range: ipRange('192.0.2.1'), why: 'this server’s gateway' }];
  it('refuses what would cut the server off, and says what', () => {
    expect(whyNever('192.0.2.0/24', never, [])).toBe('192.0.2.0/24 would block 192.0.2.1, this server’s gateway');
    expect(whyNever('198.51.100.9', never, ['198.51.100.0/24'])).toMatch(/never-blocked list \(198\.51\.100\.0\/24\)/);
    expect(whyNever('198.0.0.0/15', never, [])).toMatch(/wider than \/16/);
    expect(whyNever('198.51.100.9', never, [])).toBeUndefined();
  });
  it('reads gateways, resolvers and SSH peers', () => {
    expect(
      parseGateways4(
        'Iface\tDestination\tGateway \tFlags\neth0\t00000000\t010200C0\t0003\neth0\t000200C0\t00000000\t0001\n',
      ),
    ).toEqual(['192.0.2.1']);
    expect(
      parseGateways6(
        '00000000000000000000000000000000 00 00000000000000000000000000000000 00 fd000000000000000000000000000001 00000400 00000002 00000000 00000003     eth0\n',
      ),
    ).toEqual(['fd00:0000:0000:0000:0000:0000:0000:0001']);
    expect(parseResolvers('# x\nnameserver 9.9.9.9\nnameserver 2620:fe::fe\n')).toEqual(['9.9.9.9', '2620:fe::fe']);
    expect(
      parseSshConnections(
        '0 0 192.0.2.5:22 198.51.100.44:50000 users:(("sshd",pid=9,fd=4),("sshd",pid=7,fd=4))\n0 0 [2001:db8::5]:22 [2001:db8::9]:1 users:(("sshd-session",pid=9,fd=4))\n0 0 192.0.2.5:80 203.0.113.8:1 users:(("nginx",pid=3,fd=4))\n',
      ),
    ).toEqual([
      { peer: '198.51.100.44', pids: ['9', '7'] },
      { peer: '2001:db8::9', pids: ['9'] },
    ]);
  });
  it.each([
    ['sshd: root@pts/0', true],
    ['sshd: deploy@notty', true],
    ['sshd-session: deploy@pts/1,pts/2\0\0\0', true],
    ['sshd: [accepted]', false],
    ['sshd: root [net]', false],
    ['sshd: root [priv]', false],
    ['sshd: unknown [net]', false],
    ['sshd: admin@notty [net]', false],
    ['sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups', false],
    ['', false],
    [null, true],
  ])('knows whether somebody has signed in behind %j', (title, signedIn) => {
    expect(isSignedIn(title)).toBe(signedIn);
  });
});
