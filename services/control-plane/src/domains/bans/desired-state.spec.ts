// What a server should hold never touches what is protected, and loses nothing else.
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acceptableHashes, hashOf, piecesOf, type WantedBlock } from './desired-state.ts';
import { bounded, overlaps, RangeIndex } from './range-index.ts';

function block(range: string, until: number | null = null): WantedBlock {
  return { blockId: newId(), tenantId: DEFAULT_TENANT, range, target: { kind: 'fleet' }, until };
}
const ranges = (wanted: WantedBlock, ...protections: string[]) =>
  piecesOf(wanted, new RangeIndex(protections)).map((piece) => piece.range);

/** Ranges near each other, so that they nest and touch often. */
const anyRange = (narrowest: number) =>
  fc.tuple(fc.integer({ min: 0, max: 1023 }), fc.integer({ min: narrowest, max: 32 })).map(([host, prefix]) => {
    const address = (host >>> (32 - prefix)) << (32 - prefix);
    const text = `203.0.${112 + (address >> 8)}.${address & 255}`;
    return prefix === 32 ? text : `${text}/${prefix}`;
  });
const sizeOf = (text: string) => bounded(text).last - bounded(text).first + 1n;

describe('pieces of a block', () => {
  it('is the block itself, under its own id, when nothing touches it', () => {
    const wanted = block('203.0.113.0/24');
    expect(piecesOf(wanted, new RangeIndex(['203.0.114.1', '2001:db8::/32']))).toEqual([
      { id: wanted.blockId, range: '203.0.113.0/24', until: null },
    ]);
  });
  it('is nothing under a protection as wide as the block or wider', () => {
    expect(ranges(block('203.0.113.7'), '203.0.113.0/24')).toEqual([]);
    expect(ranges(block('203.0.113.0/24'), '203.0.113.0/24')).toEqual([]);
  });
  it('goes around a protected address', () => {
    expect(ranges(block('203.0.113.0/29'), '203.0.113.2')).toEqual(['203.0.113.0/31', '203.0.113.3', '203.0.113.4/30']);
    expect(ranges(block('2001:db8::/126'), '2001:db8::1')).toEqual(['2001:db8::', '2001:db8::2/127']);
  });
  it('names the same piece the same, so that a change of protections moves only what it must', () => {
    const wanted = block('203.0.113.0/24');
    const one = piecesOf(wanted, new RangeIndex(['203.0.113.2']));
    const two = piecesOf(wanted, new RangeIndex(['203.0.113.2', '203.0.113.250']));
    expect(two.filter((piece) => one.some((other) => other.id === piece.id)).length).toBeGreaterThan(4);
  });
  it('never touches a protection, and covers everything of the block that is not protected', () => {
    fc.assert(
      fc.property(anyRange(22), fc.array(anyRange(23), { maxLength: 12 }), (range, protections) => {
        const left = ranges(block(range), ...protections);
        for (const piece of left) {
          for (const entry of protections) expect(overlaps(bounded(piece), bounded(entry))).toBe(false);
        }
        let unprotected = 0n;
        for (let address = bounded(range).first; address <= bounded(range).last; address++) {
          const free = protections.every((entry) => address < bounded(entry).first || address > bounded(entry).last);
          if (free) unprotected++;
        }
        expect(left.reduce((sum, piece) => sum + sizeOf(piece), 0n)).toBe(unprotected);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the hash that a server may report', () => {
  const at = Date.parse('2026-11-20T02:00:00Z');
  const ending = (seconds: number, range: string) => ({ id: newId(), range, until: at + seconds * 1000 });
  const lasting = { id: newId(), range: '198.51.100.1', until: null };
  const first = ending(-3, '203.0.113.1');
  const second = ending(4, '203.0.113.2');
  const acceptable = acceptableHashes([lasting, first, second, ending(-60, '203.0.113.9')], ['192.0.2.1'], at, 10_000);

  it('has what ended within the grace, or has not, the earliest gone first', () => {
    expect(acceptable).toContain(hashOf([lasting, first, second], ['192.0.2.1']));
    expect(acceptable).toContain(hashOf([lasting, second], ['192.0.2.1']));
    expect(acceptable).toContain(hashOf([lasting], ['192.0.2.1']));
  });
  it('has not what ended long ago, lacks nothing that lasts, and never an order of ends that no clock has', () => {
    expect(acceptable).not.toContain(hashOf([lasting, first], ['192.0.2.1']));
    expect(acceptable).not.toContain(hashOf([first, second], ['192.0.2.1']));
    expect(acceptable).toHaveLength(3);
  });
});
