// Tasks as links of a server's chain of revisions: deltas, snapshots, and the task that prepares a server for them.
import { ApplyBans, ManageBans, SnapshotBans, type DesiredBlock, type DesiredProtection } from '@muster/contracts/bans';
import type { SequencedEvent } from '../../platform/event-store/index.ts';
import { taskIdOf, type TaskOrder } from '../operations/index.ts';
import type { DesiredFleet, OpenTask } from './desired-fleet.ts';
import type { Piece } from './desired-state.ts';

/** So many ranges fit into one signed envelope with room to spare; more travel as a chain of tasks. */
export const RANGES_PER_TASK = 1500;

export interface Delta {
  readonly add: Map<string, DesiredBlock>;
  readonly remove: Set<string>;
  readonly protect: Map<string, DesiredProtection>;
  readonly unprotect: Set<string>;
}

export const noDelta = (): Delta => ({ add: new Map(), remove: new Set(), protect: new Map(), unprotect: new Set() });
export const byId = <T extends { id: string }>(list: readonly T[]) => new Map(list.map((one) => [one.id, one]));

export class TaskChains {
  constructor(private readonly fleet: DesiredFleet) {}

  /** Everything anew. */
  snapshot(event: SequencedEvent, operationId: string, serverId: string): TaskOrder[] {
    const { blocks, protections } = this.fleet.desiredFor(serverId);
    const wanted = told(blocks, event.recordedAt);
    const allowed = protections.map(({ entryId, range }) => ({ id: entryId, range }));
    const first = {
      protections: allowed.slice(0, RANGES_PER_TASK),
      blocks: wanted.slice(0, Math.max(0, RANGES_PER_TASK - allowed.length)),
    };
    const rest: Delta = {
      ...noDelta(),
      protect: byId(allowed.slice(first.protections.length)),
      add: byId(wanted.slice(first.blocks.length)),
    };
    const [, revision] = this.fleet.advance(serverId);
    return [
      this.#open(event, operationId, 'snapshot', revision, {
        serverId,
        definition: SnapshotBans,
        part: 'snapshot',
        args: { revision, ...first },
      }),
      ...this.delta(event, operationId, serverId, rest),
    ];
  }

  manage(event: SequencedEvent, operationId: string, serverId: string, managed: boolean): TaskOrder {
    const order = { serverId, definition: ManageBans, part: 'manage', args: { managed } };
    return this.#open(event, operationId, 'manage', null, order);
  }

  /** What changed; more than one task when it is much. */
  delta(cause: SequencedEvent, operationId: string, serverId: string, delta: Delta): TaskOrder[] {
    return chunks(delta).map((args, index) => {
      const [from, to] = this.fleet.advance(serverId);
      return this.#open(cause, operationId, 'apply', to, {
        serverId,
        definition: ApplyBans,
        // A cause of its own in the name: neighbours of one operation may arrive in two batches.
        part: `${cause.eventId} ${index}`,
        args: { from, to, ...args },
      });
    });
  }

  #open<T extends TaskOrder>(
    { recordedAt: askedAt }: SequencedEvent,
    operationId: string,
    kind: OpenTask['kind'],
    revision: number | null,
    order: T,
  ): T {
    const { serverId, part } = order;
    const taskId = taskIdOf(operationId, serverId, part);
    this.fleet.rows.openTasks.set(taskId, { taskId, serverId, operationId, kind, revision, askedAt });
    this.fleet.dirty.openTasks.add(taskId);
    return order;
  }
}

/** With the time that is left of each, counted from the event, so that a repeat says the same. */
export function told(pieces: readonly Piece[], at: Date): DesiredBlock[] {
  return pieces.flatMap(({ id, range, until }): DesiredBlock[] => {
    if (until === null) return [{ id, range, seconds: null }];
    const seconds = Math.ceil((until - at.getTime()) / 1000);
    return seconds > 0 ? [{ id, range, seconds }] : [];
  });
}

/** The first of every chain together, then the second of those that have one, and so on. */
export function stepsOf(chains: readonly (readonly TaskOrder[])[]): TaskOrder[][] {
  const longest = Math.max(0, ...chains.map((chain) => chain.length));
  return Array.from({ length: longest }, (_, step) => chains.flatMap((chain) => chain.slice(step, step + 1)));
}

function chunks(
  delta: Delta,
): { add: DesiredBlock[]; remove: string[]; protect: DesiredProtection[]; unprotect: string[] }[] {
  // What frees comes before what blocks: in between nothing may be blocked that is protected in the end.
  const changes = [
    ...[...delta.protect.values()].map((value) => ({ kind: 'protect' as const, value })),
    ...[...delta.remove].map((value) => ({ kind: 'remove' as const, value })),
    ...[...delta.add.values()].map((value) => ({ kind: 'add' as const, value })),
    ...[...delta.unprotect].map((value) => ({ kind: 'unprotect' as const, value })),
  ];
  const parts = [];
  for (let i = 0; i < changes.length; i += RANGES_PER_TASK) {
    const slice = changes.slice(i, i + RANGES_PER_TASK);
    parts.push({
      add: slice.flatMap((change) => (change.kind === 'add' ? [change.value] : [])),
      remove: slice.flatMap((change) => (change.kind === 'remove' ? [change.value] : [])),
      protect: slice.flatMap((change) => (change.kind === 'protect' ? [change.value] : [])),
      unprotect: slice.flatMap((change) => (change.kind === 'unprotect' ? [change.value] : [])),
    });
  }
  return parts;
}
