// Which set holds what. Hash sets hold single addresses, IPv4 /24 and IPv6 /64; every other prefix goes to an interval
// set, which refuses overlaps, so a prefix inside a wider one is left to the wider one.
import { boundsOf, ipRange, rangeContains } from '@muster/kernel/ip-range';
import type { IpRange } from '@muster/kernel/ip-range';
import type { SetName } from './ruleset.ts';

/** `until` is the wall clock in milliseconds; null means for good. */
export type Blocks = ReadonlyMap<string, number | null>;

export interface Element {
  /** As nft writes it: a /24 in a masked hash set is its network address alone. */
  readonly text: string;
  readonly until: number | null;
}

export type Layout = Readonly<Record<SetName, readonly Element[]>>;

export function hashSetOf(range: IpRange): SetName | undefined {
  if (range.family === 4) return range.prefix === 32 ? 'ban4' : range.prefix === 24 ? 'ban4n24' : undefined;
  return range.prefix === 128 ? 'ban6' : range.prefix === 64 ? 'ban6n64' : undefined;
}

/** Where each block and allow entry goes, given the moment: what has expired is left out. */
export function layOut(blocks: Blocks, allow: Iterable<string>, now: number): Layout {
  const sets: Record<SetName, Element[]> = {
    allow4: [],
    allow6: [],
    ban4: [],
    ban4n24: [],
    ban6: [],
    ban6n64: [],
    net4: [],
    net6: [],
  };
  const odd: { range: IpRange; until: number | null }[] = [];
  for (const [text, until] of blocks) {
    if (until !== null && until <= now) continue;
    const range = ipRange(text);
    const set = hashSetOf(range);
    if (set === undefined) odd.push({ range, until });
    else sets[set].push({ text: range.first, until });
  }
  for (const { range, until } of widest(odd))
    sets[range.family === 4 ? 'net4' : 'net6'].push({ text: range.text, until });
  for (const { range } of widest([...allow].map((text) => ({ range: ipRange(text) })))) {
    sets[range.family === 4 ? 'allow4' : 'allow6'].push({ text: range.text, until: null });
  }
  return sets;
}

/** When the next block in an interval set ends; nft ends those in hash sets by itself. */
export function nextOddExpiry(blocks: Blocks): number | null {
  let next: number | null = null;
  for (const [text, until] of blocks) {
    if (until === null || hashSetOf(ipRange(text)) !== undefined) continue;
    if (next === null || until < next) next = until;
  }
  return next;
}

/** Prefixes either nest or are apart, so after sorting by start and width a kept one covers all that it contains. */
function widest<Entry extends { readonly range: IpRange }>(entries: readonly Entry[]): Entry[] {
  const sorted = entries
    .map((entry) => ({ entry, first: boundsOf(entry.range).first }))
    .sort(
      (a, b) =>
        a.entry.range.family - b.entry.range.family ||
        (a.first < b.first ? -1 : a.first > b.first ? 1 : a.entry.range.prefix - b.entry.range.prefix),
    );
  const kept: Entry[] = [];
  for (const { entry } of sorted) {
    const last = kept.at(-1);
    if (last === undefined || !rangeContains(last.range, entry.range)) kept.push(entry);
  }
  return kept;
}
