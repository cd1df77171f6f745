import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { ipRange, parseIpRange, rangeContains, rangesOverlap } from './ip-range.ts';

describe('an address or a range that a person typed', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    [' 203.0.113.7/24 ', '203.0.113.0/24'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['2001:db8::/32', '2001:db8::/32'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
  ])('%s is spelled %s', (input, text) => expect(ipRange(input).text).toBe(text));

  it.each([
    ['10.0.0.1/33', '10.0.0.1/33 is not a range: IPv4 ends at /32'],
    ['2001:db8::/129', '2001:db8::/129 is not a range: IPv6 ends at /128'],
    ['10.0.0', '10.0.0 is not an IPv4 or IPv6 address'],
    ['010.0.0.1.', '010.0.0.1. is not an IPv4 or IPv6 address'],
    ['10.0.0.1/8/9', '10.0.0.1/8/9 has more than one slash'],
    ['fe80::1%eth0', 'fe80::1%eth0 carries an interface name; leave out the part from % on'],
    ['', 'Give an address like 203.0.113.7 or a range like 203.0.113.0/24'],
  ])('%s is refused in words', (input, reason) => expect(parseIpRange(input)).toEqual({ ok: false, reason }));

  it('a range contains its own addresses and overlaps what contains it', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), (address, prefix) => {
        const outer = ipRange(`${address}/${prefix}`);
        const inner = ipRange(address);
        return rangeContains(outer, inner) && rangesOverlap(inner, outer) && ipRange(outer.text).text === outer.text;
      }),
    );
  });
});
