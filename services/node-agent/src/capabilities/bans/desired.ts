// What this server should hold, as the control plane last said it, with ends as wall-clock times computed on arrival.
// Pure: a delta or a snapshot gives the next state or the reason why it cannot.
import type { ApplyBans, SnapshotBans } from '@muster/contracts/bans';
import { z } from 'zod';
import type { Blocks } from './layout.ts';

export const desiredState = z.strictObject({
  v: z.literal(1),
  managed: z.boolean(),
  revision: z.number(),
  blocks: z.array(z.strictObject({ id: z.string(), range: z.string(), until: z.number().nullable() })),
  protections: z.array(z.strictObject({ id: z.string(), range: z.string() })),
  /** Blocks that this host refuses to enforce, with the reason: its own addresses, its gateway, a live session. */
  withheld: z.array(z.strictObject({ id: z.string(), why: z.string() })),
});
export type Desired = z.infer<typeof desiredState>;

export const NOTHING_DESIRED: Desired = {
  v: 1,
  managed: false,
  revision: 0,
  blocks: [],
  protections: [],
  withheld: [],
};

type Delta = z.infer<typeof ApplyBans.args>;
type Snapshot = z.infer<typeof SnapshotBans.args>;

/** undefined: the delta starts from another revision than the one held (a gap). */
export function afterDelta(held: Desired, delta: Delta, now: number): Desired | undefined {
  if (delta.from !== held.revision) return undefined;
  const removed = new Set([...delta.remove, ...delta.add.map((block) => block.id)]);
  const unprotected = new Set([...delta.unprotect, ...delta.protect.map((entry) => entry.id)]);
  return {
    ...held,
    revision: delta.to,
    blocks: [...held.blocks.filter((block) => !removed.has(block.id)), ...delta.add.map(ending(now))],
    protections: [...held.protections.filter((entry) => !unprotected.has(entry.id)), ...delta.protect],
    withheld: held.withheld.filter((block) => !removed.has(block.id)),
  };
}

/** A snapshot replaces everything; it is not taken from an older revision than the one held. */
export function afterSnapshot(held: Desired, snapshot: Snapshot, now: number): Desired | undefined {
  if (snapshot.revision < held.revision) return undefined;
  return {
    ...held,
    revision: snapshot.revision,
    blocks: snapshot.blocks.map(ending(now)),
    protections: [...snapshot.protections],
    withheld: [],
  };
}

const ending =
  (now: number) =>
  (block: { id: string; range: string; seconds: number | null }): Desired['blocks'][number] => ({
    id: block.id,
    range: block.range,
    until: block.seconds === null ? null : now + block.seconds * 1000,
  });

/** Ranges to enforce now. Two blocks of one range last as long as the longer one. */
export function enforced(desired: Desired, now: number): Blocks {
  const withheld = new Set(desired.withheld.map((block) => block.id));
  const blocks = new Map<string, number | null>();
  for (const { id, range, until } of desired.blocks) {
    if (withheld.has(id) || (until !== null && until <= now)) continue;
    const other = blocks.get(range);
    blocks.set(range, other === undefined ? until : other === null || until === null ? null : Math.max(other, until));
  }
  return blocks;
}

export const protectedRanges = (desired: Desired): Set<string> =>
  new Set(desired.protections.map((entry) => entry.range));

/** Expired blocks need not be kept; the control plane ends them by its own clock. */
export const withoutExpired = (desired: Desired, now: number): Desired => ({
  ...desired,
  blocks: desired.blocks.filter((block) => block.until === null || block.until > now),
});
