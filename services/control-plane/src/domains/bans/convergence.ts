// Which tasks an event makes necessary, so that every managed server comes to hold what is desired. Pure: events in,
// orders and changed rows out. A server's revisions form one chain; each task starts where the one before it ended.
import {
  AddressBlocked,
  AddressProtected,
  BlockExpired,
  BlockLifted,
  ProtectionEnded,
  TableDrifted,
  type DesiredBlock,
  type DesiredProtection,
} from '@muster/contracts/bans';
import {
  TaskCancelled,
  TaskExpired,
  TaskFailed,
  TaskSigningRefused,
  TaskSucceeded,
} from '@muster/contracts/operations';
import {
  AgentUninstalled,
  CapabilitySet,
  FingerprintConfirmed,
  GroupDeleted,
  GroupMembersSet,
  IdentityConflictFound,
  ServerEnrolled,
  ServerRetired,
} from '@muster/contracts/servers';
import { derivedId } from '@muster/kernel/ids';
import type { SequencedEvent } from '../../platform/event-store/index.ts';
import type { TaskOrder } from '../operations/index.ts';
import { capabilityOperation } from '../servers/index.ts';
import { isActive, type DesiredFleet, type ServerRow } from './desired-fleet.ts';
import { piecesOf, type WantedBlock } from './desired-state.ts';
import { bounded, overlaps, type RangeIndex } from './range-index.ts';
import { receiptOf } from './receipts.ts';
import { byId, noDelta, stepsOf, TaskChains, told, type Delta } from './task-chains.ts';

/** One operation. Steps follow each other; the tasks of a step are for different servers and go together. */
export interface Order {
  readonly operationId: string;
  readonly kind: string;
  readonly subject: string;
  readonly reason: string | null;
  readonly cause: SequencedEvent;
  readonly steps: readonly (readonly TaskOrder[])[];
}

export const CONVERGENCE_EVENTS: readonly string[] = [
  AddressBlocked,
  BlockLifted,
  BlockExpired,
  AddressProtected,
  ProtectionEnded,
  TableDrifted,
  ServerEnrolled,
  FingerprintConfirmed,
  CapabilitySet,
  ServerRetired,
  IdentityConflictFound,
  AgentUninstalled,
  GroupMembersSet,
  GroupDeleted,
  TaskSucceeded,
  TaskFailed,
  TaskExpired,
  TaskCancelled,
  TaskSigningRefused,
].map((definition) => definition.type);

export class Convergence {
  readonly #fleet: DesiredFleet;
  readonly #chains: TaskChains;

  constructor(fleet: DesiredFleet) {
    this.#fleet = fleet;
    this.#chains = new TaskChains(fleet);
  }

  /** Events in the order of the log. Neighbours that belong to one operation become one change per server. */
  react(events: readonly SequencedEvent[]): Order[] {
    const orders: Order[] = [];
    for (let i = 0; i < events.length; i++) {
      const event = events[i];
      if (event === undefined) break;
      if (event.type !== AddressProtected.type && event.type !== ProtectionEnded.type) {
        const order = this.#reactTo(event);
        if (order) orders.push(order);
        continue;
      }
      const together = [event];
      for (let next = events[i + 1]; next && belongsTo(next, event); next = events[i + 1]) {
        together.push(next);
        i++;
      }
      const order = this.#protectionsChanged(together);
      if (order) orders.push(order);
    }
    return orders;
  }

  #reactTo(event: SequencedEvent): Order | null {
    switch (event.type) {
      case AddressBlocked.type:
        return this.#blocked(event);
      case BlockLifted.type:
        return this.#lifted(event);
      case BlockExpired.type: {
        // Hosts end it by their own clock; only what we expect of them changes.
        const { blockId } = BlockExpired.schema.parse(event.data);
        this.#fleet.rows.blocks.delete(blockId);
        this.#fleet.dirty.blocks.add(blockId);
        return null;
      }
      case TableDrifted.type:
        return this.#snapshotUnlessOpen(event, [TableDrifted.schema.parse(event.data).serverId], 'Its table drifted');
      case ServerEnrolled.type: {
        const { serverId } = ServerEnrolled.schema.parse(event.data);
        const { tenantId } = event;
        this.#fleet.setServer({ serverId, tenantId, confirmed: false, managed: false, withdrawn: false, revision: 0 });
        return null;
      }
      case FingerprintConfirmed.type:
        return this.#standing(event, FingerprintConfirmed.schema.parse(event.data).serverId, { confirmed: true });
      case CapabilitySet.type: {
        const { serverId, capability, mode } = CapabilitySet.schema.parse(event.data);
        return capability === 'bans' ? this.#standing(event, serverId, { managed: mode === 'managed' }) : null;
      }
      case ServerRetired.type:
        return this.#standing(event, ServerRetired.schema.parse(event.data).serverId, { withdrawn: true });
      case IdentityConflictFound.type:
        return this.#standing(event, IdentityConflictFound.schema.parse(event.data).serverId, { withdrawn: true });
      case AgentUninstalled.type:
        return this.#standing(event, AgentUninstalled.schema.parse(event.data).serverId, { withdrawn: true });
      case GroupMembersSet.type:
        return this.#membersSet(event);
      case GroupDeleted.type: {
        const { groupId } = GroupDeleted.schema.parse(event.data);
        const members = [...(this.#fleet.rows.groups.get(groupId) ?? [])];
        this.#fleet.rows.groups.delete(groupId);
        this.#fleet.dirty.groups.add(groupId);
        return this.#afterMembership(event, groupId, members);
      }
      default:
        return this.#taskEnded(event);
    }
  }

  #blocked(event: SequencedEvent): Order | null {
    const { blockId, range, target, until, reason, operationId } = AddressBlocked.schema.parse(event.data);
    const { tenantId } = event;
    const block = { blockId, tenantId, range, target, until: until === null ? null : Date.parse(until) };
    this.#fleet.rows.blocks.set(blockId, block);
    this.#fleet.dirty.blocks.add(blockId);
    const add = told(piecesOf(block, this.#fleet.protectionsIndex(event.tenantId)), event.recordedAt);
    const deltas = this.#forReached(block, () => ({ ...noDelta(), add: byId(add) }));
    return this.#deltaOrder(event, { operationId, kind: 'bans.block', subject: range, reason }, deltas);
  }

  #lifted(event: SequencedEvent): Order | null {
    const { blockId, range, reason, operationId } = BlockLifted.schema.parse(event.data);
    const block = this.#fleet.rows.blocks.get(blockId);
    if (!block) return null;
    const remove = piecesOf(block, this.#fleet.protectionsIndex(event.tenantId)).map((piece) => piece.id);
    const deltas = this.#forReached(block, () => ({ ...noDelta(), remove: new Set(remove) }));
    this.#fleet.rows.blocks.delete(blockId);
    this.#fleet.dirty.blocks.add(blockId);
    return this.#deltaOrder(event, { operationId, kind: 'bans.unblock', subject: range, reason }, deltas);
  }

  #protectionsChanged(events: readonly SequencedEvent[]): Order | null {
    const [cause] = events;
    if (!cause) return null;
    const ranges: string[] = [];
    const protect = new Map<string, DesiredProtection>();
    const unprotect = new Set<string>();
    const before = this.#fleet.protectionsIndex(cause.tenantId);
    for (const event of events) {
      const adds = event.type === AddressProtected.type;
      const { entryId, range } = (adds ? AddressProtected : ProtectionEnded).schema.parse(event.data);
      const known = this.#fleet.rows.protections.has(entryId);
      if (known === adds) continue;
      ranges.push(range);
      this.#fleet.dirty.protections.add(entryId);
      if (adds) {
        this.#fleet.rows.protections.set(entryId, { entryId, tenantId: event.tenantId, range });
        protect.set(entryId, { id: entryId, range });
        unprotect.delete(entryId);
      } else {
        this.#fleet.rows.protections.delete(entryId);
        if (!protect.delete(entryId)) unprotect.add(entryId);
      }
    }
    this.#fleet.protectionsChanged(cause.tenantId);
    if (protect.size === 0 && unprotect.size === 0) return null;
    const recut = this.#recut(cause, ranges, before, this.#fleet.protectionsIndex(cause.tenantId));
    const deltas = new Map<string, Delta>();
    for (const server of this.#fleet.active(cause.tenantId)) {
      const delta: Delta = {
        add: new Map(),
        remove: new Set(),
        protect: new Map(protect),
        unprotect: new Set(unprotect),
      };
      for (const { block, add, remove } of recut) {
        if (!this.#fleet.reaches(block, server)) continue;
        for (const piece of add) delta.add.set(piece.id, piece);
        for (const id of remove) delta.remove.add(id);
      }
      deltas.set(server.serverId, delta);
    }
    return this.#deltaOrder(cause, protectionOrder(cause, ranges), deltas);
  }

  /** Blocks that changed ranges cut into, or no longer do. */
  #recut(cause: SequencedEvent, ranges: readonly string[], before: RangeIndex, after: RangeIndex) {
    const changed = ranges.map(bounded);
    const recut: { block: WantedBlock; add: DesiredBlock[]; remove: string[] }[] = [];
    for (const block of this.#fleet.rows.blocks.values()) {
      const one = bounded(block.range);
      if (block.tenantId !== cause.tenantId || !changed.some((range) => overlaps(range, one))) continue;
      const old = new Set(piecesOf(block, before).map((piece) => piece.id));
      const now = piecesOf(block, after);
      const ids = new Set(now.map((piece) => piece.id));
      const add = told(
        now.filter((piece) => !old.has(piece.id)),
        cause.recordedAt,
      );
      recut.push({ block, add, remove: [...old].filter((id) => !ids.has(id)) });
    }
    return recut;
  }

  #standing(event: SequencedEvent, serverId: string, change: Partial<ServerRow>): Order | null {
    const server = this.#fleet.rows.servers.get(serverId);
    if (!server) return null;
    const was = isActive(server);
    const next = { ...server, ...change };
    this.#fleet.setServer(next);
    if (isActive(next) === was) return null;
    const operation = {
      operationId: capabilityOperation(event.eventId),
      kind: 'bans.manage',
      subject: 'bans',
      reason: null,
    };
    if (isActive(next)) {
      const steps = [[this.#chains.manage(event, operation.operationId, serverId, true)]];
      steps.push(...this.#chains.snapshot(event, operation.operationId, serverId).map((order) => [order]));
      return { ...operation, cause: event, steps };
    }
    if (next.withdrawn || !next.confirmed) return null;
    return {
      ...operation,
      cause: event,
      steps: [[this.#chains.manage(event, operation.operationId, serverId, false)]],
    };
  }

  #membersSet(event: SequencedEvent): Order | null {
    const { groupId, added, removed } = GroupMembersSet.schema.parse(event.data);
    const members = this.#fleet.rows.groups.get(groupId) ?? new Set<string>();
    for (const serverId of added) members.add(serverId);
    for (const serverId of removed) members.delete(serverId);
    this.#fleet.rows.groups.set(groupId, members);
    this.#fleet.dirty.groups.add(groupId);
    return this.#afterMembership(event, groupId, [...added, ...removed]);
  }

  #afterMembership(event: SequencedEvent, groupId: string, serverIds: readonly string[]): Order | null {
    const concerned = [...this.#fleet.rows.blocks.values()].some(
      ({ target }) => target.kind === 'group' && target.groupId === groupId,
    );
    return concerned ? this.#snapshots(event, serverIds, 'Its groups changed') : null;
  }

  #taskEnded(event: SequencedEvent): Order | null {
    const taskId = event.data['taskId'];
    const task = typeof taskId === 'string' ? this.#fleet.rows.openTasks.get(taskId) : undefined;
    if (task) {
      this.#fleet.rows.openTasks.delete(task.taskId);
      this.#fleet.dirty.openTasks.add(task.taskId);
      if (event.type === TaskSucceeded.type && task.revision !== null) {
        this.#fleet.enforced.push({ task, enforcedAt: event.recordedAt });
      }
    }
    if (event.type !== TaskFailed.type) return null;
    const { receipt } = TaskFailed.schema.parse(event.data);
    const said = receipt ? receiptOf(receipt.body) : null;
    if (said?.code !== 'gap') return null;
    const server = this.#fleet.rows.servers.get(said.server);
    if (!server) return null;
    // A restored control plane may be older than what the host holds: its revisions must not be used again.
    const held = typeof said.evidence['revision'] === 'number' ? said.evidence['revision'] : 0;
    if (held > server.revision) this.#fleet.setServer({ ...server, revision: held });
    return this.#snapshotUnlessOpen(event, [said.server], 'A change did not fit what it holds');
  }

  #snapshotUnlessOpen(event: SequencedEvent, serverIds: readonly string[], why: string): Order | null {
    const open = new Set(
      [...this.#fleet.rows.openTasks.values()].filter((task) => task.kind === 'snapshot').map((task) => task.serverId),
    );
    return this.#snapshots(
      event,
      serverIds.filter((serverId) => !open.has(serverId)),
      why,
    );
  }

  #snapshots(event: SequencedEvent, serverIds: readonly string[], reason: string): Order | null {
    const operationId = derivedId('bans.resync', event.eventId);
    const chains = serverIds
      .map((serverId) => this.#fleet.rows.servers.get(serverId))
      .filter((server) => server !== undefined && isActive(server))
      .map((server) => this.#chains.snapshot(event, operationId, server?.serverId ?? ''));
    if (chains.length === 0) return null;
    const subject = chains.length === 1 ? '1 server' : `${chains.length} servers`;
    return { operationId, kind: 'bans.resync', subject, reason, cause: event, steps: stepsOf(chains) };
  }

  #deltaOrder(cause: SequencedEvent, order: Omit<Order, 'cause' | 'steps'>, deltas: Map<string, Delta>): Order | null {
    const chains = [...deltas].map(([serverId, delta]) =>
      this.#chains.delta(cause, order.operationId, serverId, delta),
    );
    const steps = stepsOf(chains);
    return steps.length === 0 ? null : { ...order, cause, steps };
  }

  #forReached(block: WantedBlock, delta: () => Delta): Map<string, Delta> {
    const reached = this.#fleet.active(block.tenantId).filter((server) => this.#fleet.reaches(block, server));
    return new Map(reached.map((server) => [server.serverId, delta()]));
  }
}

function operationOf(event: SequencedEvent): string {
  const id = event.data['operationId'];
  return typeof id === 'string' ? id : derivedId('bans.protection', event.eventId);
}

function belongsTo(next: SequencedEvent, first: SequencedEvent): boolean {
  return (
    (next.type === AddressProtected.type || next.type === ProtectionEnded.type) &&
    next.tenantId === first.tenantId &&
    operationOf(next) === operationOf(first)
  );
}

function protectionOrder(cause: SequencedEvent, ranges: readonly string[]): Omit<Order, 'cause' | 'steps'> {
  const adds = cause.type === AddressProtected.type;
  const reason = adds ? AddressProtected.schema.parse(cause.data).reason : null;
  const subject = ranges.length === 1 ? (ranges[0] ?? '') : `${ranges.length} addresses`;
  return { operationId: operationOf(cause), kind: adds ? 'bans.protect' : 'bans.unprotect', subject, reason };
}
