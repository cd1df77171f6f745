// What nft really holds, from `nft list table inet muster` (text: the JSON of 100,000 elements takes three times the
// memory). `get element` is not used: nft 1.0.6 answers "no such element" for the second of two adjacent intervals.
import { boundsOf, ipRange } from '@muster/kernel/ip-range';
import { SET_NAMES } from './ruleset.ts';
import type { SetName } from './ruleset.ts';

export interface HeldElement {
  readonly first: bigint;
  readonly last: bigint;
  readonly text: string;
  /** Milliseconds until nft drops it by itself; null when it stays. */
  readonly expiresMs: number | null;
}

export type Held = ReadonlyMap<SetName, readonly HeldElement[]>;

export function parseHeld(listing: string): Held {
  const held = new Map<SetName, HeldElement[]>();
  const set = /^\tset (\w+) \{([\s\S]*?)^\t\}/gm;
  for (let match = set.exec(listing); match !== null; match = set.exec(listing)) {
    const name = SET_NAMES.find((one) => one === match?.[1]);
    if (name === undefined) continue;
    const inner = /elements = \{([\s\S]*)\}/.exec(match[2] ?? '')?.[1] ?? '';
    held.set(
      name,
      inner
        .split(',')
        .map((text) => parseElement(text.trim()))
        .filter((one) => one !== undefined),
    );
  }
  return held;
}

function parseElement(text: string): HeldElement | undefined {
  if (text === '') return undefined;
  const [spelled = '', ...attributes] = text.split(/\s+/);
  const expires = attributes.indexOf('expires');
  const timeout = attributes.indexOf('timeout');
  const remaining = attributes[expires + 1] ?? '';
  return {
    ...bounds(spelled),
    text: spelled,
    expiresMs:
      expires >= 0 ? parseDuration(remaining) : timeout >= 0 ? parseDuration(attributes[timeout + 1] ?? '') : null,
  };
}

function bounds(spelled: string): { first: bigint; last: bigint } {
  const [from = '', to] = spelled.split('-');
  const first = boundsOf(ipRange(from));
  return to === undefined ? first : { first: first.first, last: boundsOf(ipRange(to)).last };
}

const UNIT_MS: Record<string, number> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** nft writes durations as `99d23h59m59s976ms`. */
export function parseDuration(text: string): number {
  let total = 0;
  for (const [, digits, unit] of text.matchAll(/(\d+)(ms|d|h|m|s)/g))
    total += Number(digits) * (UNIT_MS[unit ?? ''] ?? 0);
  return total;
}
