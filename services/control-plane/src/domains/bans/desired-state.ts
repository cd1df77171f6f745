// What a server should hold: blocks of the fleet, of its groups and of itself, minus everything on the never-blocked
// list. Pure. A block that a protection cuts into is desired as the pieces around it, so no desired range ever touches
// a protected one, and the rest of the block stays in force.
import type { Target } from '@muster/contracts';
import { blockListHash } from '@muster/kernel/hashing';
import { derivedId } from '@muster/kernel/ids';
import { halvesOf } from '@muster/kernel/ip-range';
import { bounded, type RangeIndex } from './range-index.ts';

export interface WantedBlock {
  readonly blockId: string;
  readonly tenantId: string;
  readonly range: string;
  readonly target: Target;
  /** Milliseconds; null is permanent. */
  readonly until: number | null;
}
export interface WantedProtection {
  readonly entryId: string;
  readonly tenantId: string;
  readonly range: string;
}
/** A range as a server is told it: the block itself, or what a protection left of it. */
export interface Piece {
  readonly id: string;
  readonly range: string;
  readonly until: number | null;
}

export function piecesOf(block: WantedBlock, protections: RangeIndex): Piece[] {
  const ranges = remainder(block.range, protections);
  if (ranges.length === 1 && ranges[0] === block.range) {
    return [{ id: block.blockId, range: block.range, until: block.until }];
  }
  return ranges.map((range) => ({ id: derivedId('bans.piece', block.blockId, range), range, until: block.until }));
}

function remainder(range: string, protections: RangeIndex): string[] {
  const one = bounded(range);
  if (protections.contains(one)) return [];
  if (!protections.beginsInside(one)) return [range];
  return halvesOf(one.range)?.flatMap((half) => remainder(half.text, protections)) ?? [];
}

export function reaches(target: Target, serverId: string, inGroup: (groupId: string) => boolean): boolean {
  switch (target.kind) {
    case 'fleet':
      return true;
    case 'group':
      return inGroup(target.groupId);
    case 'server':
      return target.serverId === serverId;
  }
}

/** The hash that a server reports when it holds exactly this. */
export function hashOf(pieces: readonly Piece[], protections: Iterable<string>): string {
  return blockListHash(
    pieces.map((piece) => piece.range),
    protections,
  );
}

/**
 * Hashes a server may rightly report at a moment: blocks end by its own clock, so whatever ends within the grace may be
 * there still or gone already, the earliest first.
 */
export function acceptableHashes(
  pieces: readonly Piece[],
  protections: readonly string[],
  at: number,
  graceMs: number,
): string[] {
  const ends = [...new Set(pieces.map((piece) => piece.until ?? Infinity))]
    .filter((end) => Math.abs(end - at) <= graceMs)
    .sort((a, b) => a - b)
    .slice(0, 50);
  return [at - graceMs, ...ends].map((moment) =>
    hashOf(
      pieces.filter((piece) => piece.until === null || piece.until > moment),
      protections,
    ),
  );
}
