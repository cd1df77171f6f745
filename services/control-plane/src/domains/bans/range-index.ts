// Ranges looked up by overlap. CIDR ranges nest or are apart, so what overlaps a range either contains it (one of its
// shorter prefixes) or begins inside it (a stretch of the sorted list).
import { boundsOf, ipRange, type IpRange } from '@muster/kernel/ip-range';

export interface Bounded {
  readonly range: IpRange;
  readonly first: bigint;
  readonly last: bigint;
}

const WIDTH = { 4: 32, 6: 128 } as const;
const REMEMBERED = 100_000;
const remembered = new Map<string, Bounded>();

/** Parsing is what costs; the same ranges come back with every change. */
export function bounded(text: string): Bounded {
  const known = remembered.get(text);
  if (known) return known;
  const range = ipRange(text);
  const made = { range, ...boundsOf(range) };
  if (remembered.size >= REMEMBERED) remembered.clear();
  remembered.set(text, made);
  return made;
}

export function overlaps(a: Bounded, b: Bounded): boolean {
  return a.range.family === b.range.family && a.first <= b.last && b.first <= a.last;
}

export class RangeIndex {
  readonly #exact = new Set<string>();
  readonly #sorted: Record<4 | 6, Bounded[]> = { 4: [], 6: [] };

  constructor(ranges: Iterable<string>) {
    for (const text of ranges) {
      const one = bounded(text);
      const key = keyOf(one.range.family, one.first, one.range.prefix);
      if (this.#exact.has(key)) continue;
      this.#exact.add(key);
      this.#sorted[one.range.family].push(one);
    }
    for (const list of [this.#sorted[4], this.#sorted[6]]) list.sort((a, b) => compare(a.first, b.first));
  }

  /** Some range of the index holds all of this one. */
  contains({ range, first }: Bounded): boolean {
    for (let prefix = range.prefix; prefix >= 0; prefix--) {
      const host = BigInt(WIDTH[range.family] - prefix);
      if (this.#exact.has(keyOf(range.family, (first >> host) << host, prefix))) return true;
    }
    return false;
  }

  /** Some range of the index begins inside this one. */
  beginsInside({ range, first, last }: Bounded): boolean {
    const list = this.#sorted[range.family];
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const there = list[middle];
      if (there !== undefined && there.first < first) low = middle + 1;
      else high = middle;
    }
    const next = list[low];
    return next !== undefined && next.first <= last;
  }

  overlaps(one: Bounded): boolean {
    return this.contains(one) || this.beginsInside(one);
  }
}

const keyOf = (family: 4 | 6, first: bigint, prefix: number): string => `${family}/${prefix}/${first}`;
const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
