// Desired against held. Hash sets are compared element by element, with their ends; interval sets by what they cover,
// because nft may write several prefixes as one interval.
import { boundsOf, ipRange } from '@muster/kernel/ip-range';
import { blockListHash } from '@muster/kernel/hashing';
import type { Held, HeldElement } from './held.ts';
import type { Blocks, Element, Layout } from './layout.ts';
import { hashSetOf } from './layout.ts';
import { SET_NAMES } from './ruleset.ts';
import type { SetName } from './ruleset.ts';
import type { Change } from './statements.ts';

/** nft counts in its own clock and we write whole seconds; a difference beyond this is somebody else's edit. */
const END_TOLERANCE_MS = 15_000;

/** What ends by itself within this time is left to end: whole seconds round up. */
const ENDING_MS = 2000;

export type Differences = Partial<Record<SetName, Change>>;

export function differences(layout: Layout, held: Held, now: number): Differences {
  const found: Differences = {};
  for (const name of SET_NAMES) {
    const change = changeOf(layout[name], held.get(name) ?? [], now, name.startsWith('ban'));
    if (change.add.length > 0 || change.remove.length > 0) found[name] = change;
  }
  return found;
}

export const isEmpty = (found: Differences): boolean => Object.keys(found).length === 0;

function changeOf(wanted: readonly Element[], held: readonly HeldElement[], now: number, timed: boolean): Change {
  const heldBy = new Map(held.map((element) => [spell(element), element]));
  const add: Element[] = [];
  const wantedSpellings = new Set<string>();
  for (const element of wanted) {
    const range = boundsOf(ipRange(element.text));
    const spelling = spell(range);
    wantedSpellings.add(spelling);
    const there = heldBy.get(spelling);
    if (there === undefined || (timed && !sameEnd(element.until, there.expiresMs, now))) add.push(element);
  }
  const remove = held
    .filter(
      (element) => !wantedSpellings.has(spell(element)) && !(timed && (element.expiresMs ?? Infinity) <= ENDING_MS),
    )
    .map((element) => element.text);
  return { add, remove };
}

const spell = (range: { first: bigint; last: bigint }): string => `${range.first}-${range.last}`;

function sameEnd(until: number | null, expiresMs: number | null, now: number): boolean {
  if (until === null || expiresMs === null) return until === null && expiresMs === null;
  return Math.abs(until - now - expiresMs) <= END_TOLERANCE_MS;
}

export interface HeldSummary {
  /** See blockListHash: the same as the control plane computes, exactly when everything desired and nothing else is held. */
  readonly hash: string;
  readonly blocks: number;
  readonly protected: number;
  /** Desired ranges that nft was seen to hold. */
  readonly verified: ReadonlySet<string>;
}

/** Says what is held in the words of what is desired; whatever else is in the sets shows up as its own spelling. */
export function summarise(
  blocks: Blocks,
  protections: ReadonlySet<string>,
  layout: Layout,
  held: Held,
  now: number,
): HeldSummary {
  const cover = new Map<SetName, readonly HeldElement[]>();
  for (const name of SET_NAMES)
    cover.set(
      name,
      [...(held.get(name) ?? [])].sort((a, b) => (a.first < b.first ? -1 : 1)),
    );
  const holds = (set: SetName, text: string): boolean => {
    const { first, last } = boundsOf(ipRange(text));
    const element = covering(cover.get(set) ?? [], first);
    return element !== undefined && element.first <= first && element.last >= last;
  };
  const verified = new Set<string>();
  for (const range of blocks.keys()) {
    const parsed = ipRange(range);
    const hashSet = hashSetOf(parsed);
    const there =
      hashSet === undefined ? holds(parsed.family === 4 ? 'net4' : 'net6', range) : holds(hashSet, parsed.first);
    if (there) verified.add(range);
  }
  const allowed = [...protections].filter((range) => holds(ipRange(range).family === 4 ? 'allow4' : 'allow6', range));
  const foreign = differences(layout, held, now);
  const extra = (kind: 'allow' | 'block'): string[] =>
    SET_NAMES.filter((name) => name.startsWith('allow') === (kind === 'allow')).flatMap((name) =>
      (foreign[name]?.remove ?? []).map((text) => `${name} ${text}`),
    );
  return {
    hash: blockListHash([...verified, ...extra('block')], [...allowed, ...extra('allow')]),
    blocks: verified.size,
    protected: allowed.length,
    verified,
  };
}

/** The last element that starts at or before the address, by halving. */
function covering(sorted: readonly HeldElement[], first: bigint): HeldElement | undefined {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const element = sorted[middle];
    if (element !== undefined && element.first <= first) low = middle + 1;
    else high = middle;
  }
  return sorted[low - 1];
}
