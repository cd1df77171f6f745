// One range on one target: blocked, perhaps again for longer, lifted or ended. Pure.
import type { Target } from '@muster/contracts';
import {
  AddressBlocked,
  BlockedForClient,
  BlockExpired,
  BlockLifted,
  BlockLiftedForClient,
} from '@muster/contracts/bans';
import { derivedId } from '@muster/kernel/ids';
import type { z } from 'zod';
import { eventOf } from '../../platform/cqrs/recorder.ts';
import { Refusal } from '../../platform/errors/refusal.ts';
import type { NewEvent, StoredEvent } from '../../platform/event-store/index.ts';
import { inWords } from './words.ts';

/** The stream of a range on a target: two people who block the same meet here. */
export function blockStream(tenantId: string, target: Target, range: string): string {
  const subject = target.kind === 'group' ? target.groupId : target.kind === 'server' ? target.serverId : '';
  return `block-${derivedId('bans.block', tenantId, target.kind, subject, range)}`;
}

interface Block {
  readonly range: string;
  readonly target: Target;
  readonly until: Date | null;
  readonly ended: 'lifted' | 'expired' | null;
  /** On whose behalf it was made. */
  readonly clientId: string | null;
}
export interface BlockState {
  readonly version: number;
  readonly blocks: ReadonlyMap<string, Block>;
}
export const neverBlocked: BlockState = { version: 0, blocks: new Map() };

export type BlockFact =
  | { readonly type: 'bans.AddressBlocked'; readonly data: z.output<typeof AddressBlocked.schema> }
  | { readonly type: 'bans.BlockLifted'; readonly data: z.output<typeof BlockLifted.schema> }
  | { readonly type: 'bans.BlockExpired'; readonly data: z.output<typeof BlockExpired.schema> }
  | { readonly type: 'bans.BlockedForClient'; readonly data: z.output<typeof BlockedForClient.schema> }
  | { readonly type: 'bans.BlockLiftedForClient'; readonly data: z.output<typeof BlockLiftedForClient.schema> };

export function evolve(state: BlockState, fact: BlockFact): BlockState {
  const blocks = new Map(state.blocks);
  const version = state.version + 1;
  switch (fact.type) {
    case 'bans.AddressBlocked': {
      const { blockId, range, target, until } = fact.data;
      const end = until === null ? null : new Date(until);
      blocks.set(blockId, { range, target, until: end, ended: null, clientId: null });
      return { version, blocks };
    }
    case 'bans.BlockLifted':
      return { version, blocks: changed(blocks, fact.data.blockId, { ended: 'lifted' }) };
    case 'bans.BlockExpired':
      return { version, blocks: changed(blocks, fact.data.blockId, { ended: 'expired' }) };
    case 'bans.BlockedForClient':
      return { version, blocks: changed(blocks, fact.data.blockId, { clientId: fact.data.clientId }) };
    case 'bans.BlockLiftedForClient':
      return { version, blocks };
  }
}

function changed(blocks: Map<string, Block>, blockId: string, how: Partial<Block>): Map<string, Block> {
  const block = blocks.get(blockId);
  return block ? blocks.set(blockId, { ...block, ...how }) : blocks;
}

export function blockFrom(events: readonly StoredEvent[]): BlockState {
  return events.reduce((state, event) => evolve(state, factOf(event)), neverBlocked);
}

function factOf(event: StoredEvent): BlockFact {
  switch (event.type) {
    case 'bans.AddressBlocked':
      return { type: event.type, data: AddressBlocked.schema.parse(event.data) };
    case 'bans.BlockLifted':
      return { type: event.type, data: BlockLifted.schema.parse(event.data) };
    case 'bans.BlockExpired':
      return { type: event.type, data: BlockExpired.schema.parse(event.data) };
    case 'bans.BlockedForClient':
      return { type: event.type, data: BlockedForClient.schema.parse(event.data) };
    case 'bans.BlockLiftedForClient':
      return { type: event.type, data: BlockLiftedForClient.schema.parse(event.data) };
  }
  throw new Error(`${event.type} does not belong to a block's stream`);
}

export interface BlockWish {
  readonly blockId: string;
  readonly operationId: string;
  readonly range: string;
  readonly target: Target;
  /** How the target is called, for the sentence of a refusal. */
  readonly targetName: string;
  readonly until: Date | null;
  readonly reason: string;
  readonly onBehalfOf?: string | undefined;
}

/** Refuses what would change nothing: the same range is blocked there for at least as long. */
export function block(state: BlockState, wish: BlockWish, now: Date): NewEvent[] {
  for (const standing of state.blocks.values()) {
    if (!isInForce(standing, now) || !lastsAsLong(standing.until, wish.until)) continue;
    throw new Refusal(
      'conflict',
      'already-blocked',
      `${wish.range} is already blocked on ${wish.targetName}, ${standing.until === null ? 'without an end' : `until ${inWords(standing.until)}`}`,
    );
  }
  const { blockId, operationId, range, target, reason, onBehalfOf: clientId } = wish;
  const until = wish.until?.toISOString() ?? null;
  return [
    eventOf(AddressBlocked, { blockId, range, target, until, reason, operationId }),
    ...(clientId === undefined ? [] : [eventOf(BlockedForClient, { clientId, blockId, range, until })]),
  ];
}

/** Each client that it concerns reads of it: the one it was made for, and the one that asked now. */
export function lift(
  state: BlockState,
  wish: { blockId: string; reason: string; operationId: string; onBehalfOf?: string | undefined },
  now: Date,
): NewEvent[] {
  const standing = state.blocks.get(wish.blockId);
  if (!standing) throw new Refusal('not-found', 'not-found', 'There is no block with that id');
  if (standing.ended === 'lifted') {
    throw new Refusal('conflict', 'already-lifted', `The block of ${standing.range} was lifted already`);
  }
  if (!isInForce(standing, now)) {
    throw new Refusal('conflict', 'already-ended', `The block of ${standing.range} has ended by itself already`);
  }
  const { onBehalfOf, ...lifted } = wish;
  const { range } = standing;
  const clients = new Set([standing.clientId, onBehalfOf].filter((clientId) => typeof clientId === 'string'));
  return [
    eventOf(BlockLifted, { ...lifted, range }),
    ...[...clients].map((clientId) => eventOf(BlockLiftedForClient, { clientId, blockId: wish.blockId, range })),
  ];
}

/** Nothing when it is not time yet, or over already. */
export function expire(state: BlockState, blockId: string, now: Date): NewEvent[] {
  const standing = state.blocks.get(blockId);
  if (!standing || standing.ended !== null || standing.until === null || standing.until > now) return [];
  return [eventOf(BlockExpired, { blockId, range: standing.range })];
}

const isInForce = (standing: Block, now: Date): boolean =>
  standing.ended === null && (standing.until === null || standing.until > now);

/** A block that is asked for again in the next moment ends a moment later; that is the same block. */
const SAME_END_MS = 60_000;
const lastsAsLong = (standing: Date | null, wished: Date | null): boolean =>
  standing === null || (wished !== null && standing.getTime() + SAME_END_MS > wished.getTime());
