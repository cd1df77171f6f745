// Which tasks an event makes necessary, so that every managed server comes to hold what is desired. Pure: events in,
// orders and changed rows out. A server's revisions form one chain; each task starts where the one before it ended.
import {
  AddressBlocked,
  AddressProtected,
  ApplyBans,
  BlockExpired,
  BlockLifted,
  ManageBans,
  ProtectionEnded,
  SnapshotBans,
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
import { taskIdOf, type TaskOrder } from '../operations/index.ts';
import { capabilityOperation } from '../servers/index.ts';
import { piecesOf, reaches, type Piece, type WantedBlock, type WantedProtection } from './desired-state.ts';
import { bounded, overlaps, RangeIndex } from './range-index.ts';
import { receiptOf } from './receipts.ts';

/** So many ranges fit into one signed envelope with room to spare; more travel as a chain of tasks. */
export const RANGES_PER_TASK = 1500;

export interface ServerRow {
  readonly serverId: string;
  readonly tenantId: string;
  readonly confirmed: boolean;
  readonly managed: boolean;
  /** Retired, quarantined or uninstalled: nothing is asked of it any more. */
  readonly withdrawn: boolean;
  readonly revision: number;
}
export interface OpenTask {
  readonly taskId: string;
  readonly serverId: string;
  readonly operationId: string;
  readonly kind: 'apply' | 'snapshot' | 'manage';
  /** Revision of the server after it; null for `manage`. */
  readonly revision: number | null;
  /** When the event happened that made it necessary. */
  readonly askedAt: Date;
}
export interface Rows {
  readonly servers: Map<string, ServerRow>;
  readonly groups: Map<string, Set<string>>;
  readonly blocks: Map<string, WantedBlock>;
  readonly protections: Map<string, WantedProtection>;
  readonly openTasks: Map<string, OpenTask>;
}
export const noRows = (): Rows => ({
  servers: new Map(),
  groups: new Map(),
  blocks: new Map(),
  protections: new Map(),
  openTasks: new Map(),
});

/** One operation. Steps follow each other; the tasks of a step are for different servers and go together. */
export interface Order {
  readonly operationId: string;
  readonly kind: string;
  readonly subject: string;
  readonly reason: string | null;
  readonly cause: SequencedEvent;
  readonly steps: readonly (readonly TaskOrder[])[];
}

/** A change that a server proved, for the record of how long it takes. */
export interface Enforcement {
  readonly task: OpenTask;
  readonly enforcedAt: Date;
}

/** Keys of rows that changed; what is no longer in `rows` is to be deleted. */
export interface Dirty {
  readonly servers: Set<string>;
  readonly groups: Set<string>;
  readonly blocks: Set<string>;
  readonly protections: Set<string>;
  readonly openTasks: Set<string>;
}

interface Delta {
  readonly add: Map<string, DesiredBlock>;
  readonly remove: Set<string>;
  readonly protect: Map<string, DesiredProtection>;
  readonly unprotect: Set<string>;
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
  readonly rows: Rows;
  readonly dirty: Dirty = {
    servers: new Set(),
    groups: new Set(),
    blocks: new Set(),
    protections: new Set(),
    openTasks: new Set(),
  };
  /** Since the last save. */
  readonly enforced: Enforcement[] = [];
  readonly #indexes = new Map<string, RangeIndex>();

  constructor(rows: Rows) {
    this.rows = rows;
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

  /** What a server should hold, ended blocks included: whoever asks knows which moment counts. */
  desiredFor(serverId: string): { blocks: Piece[]; protections: WantedProtection[] } {
    const server = this.rows.servers.get(serverId);
    if (!server) return { blocks: [], protections: [] };
    const index = this.#index(server.tenantId);
    const blocks: Piece[] = [];
    for (const block of this.rows.blocks.values()) {
      if (this.#reaches(block, server)) blocks.push(...piecesOf(block, index));
    }
    return { blocks, protections: this.#protectionsOf(server.tenantId) };
  }

  /** Servers of the same name should hold the same: what is worked out for one holds for all of them. */
  sameDesiredAs(): (serverId: string) => string {
    const targets = [...this.rows.blocks.values()].map((block) => block.target);
    const groups = [...new Set(targets.flatMap((target) => (target.kind === 'group' ? [target.groupId] : [])))];
    const alone = new Set(targets.flatMap((target) => (target.kind === 'server' ? [target.serverId] : [])));
    return (serverId) => {
      const member = groups.filter((groupId) => this.rows.groups.get(groupId)?.has(serverId));
      const tenantId = this.rows.servers.get(serverId)?.tenantId ?? '';
      return [tenantId, alone.has(serverId) ? serverId : '', ...member].join(' ');
    };
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
        this.rows.blocks.delete(blockId);
        this.dirty.blocks.add(blockId);
        return null;
      }
      case TableDrifted.type:
        return this.#snapshotUnlessOpen(event, [TableDrifted.schema.parse(event.data).serverId], 'Its table drifted');
      case ServerEnrolled.type: {
        const { serverId } = ServerEnrolled.schema.parse(event.data);
        const { tenantId } = event;
        this.#setServer({ serverId, tenantId, confirmed: false, managed: false, withdrawn: false, revision: 0 });
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
        const members = [...(this.rows.groups.get(groupId) ?? [])];
        this.rows.groups.delete(groupId);
        this.dirty.groups.add(groupId);
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
    this.rows.blocks.set(blockId, block);
    this.dirty.blocks.add(blockId);
    const add = told(piecesOf(block, this.#index(event.tenantId)), event.recordedAt);
    const deltas = this.#forReached(block, () => ({ ...noDelta(), add: byId(add) }));
    return this.#deltaOrder(event, { operationId, kind: 'bans.block', subject: range, reason }, deltas);
  }

  #lifted(event: SequencedEvent): Order | null {
    const { blockId, range, reason, operationId } = BlockLifted.schema.parse(event.data);
    const block = this.rows.blocks.get(blockId);
    if (!block) return null;
    const remove = piecesOf(block, this.#index(event.tenantId)).map((piece) => piece.id);
    const deltas = this.#forReached(block, () => ({ ...noDelta(), remove: new Set(remove) }));
    this.rows.blocks.delete(blockId);
    this.dirty.blocks.add(blockId);
    return this.#deltaOrder(event, { operationId, kind: 'bans.unblock', subject: range, reason }, deltas);
  }

  #protectionsChanged(events: readonly SequencedEvent[]): Order | null {
    const [cause] = events;
    if (!cause) return null;
    const ranges: string[] = [];
    const protect = new Map<string, DesiredProtection>();
    const unprotect = new Set<string>();
    const before = this.#index(cause.tenantId);
    for (const event of events) {
      const adds = event.type === AddressProtected.type;
      const { entryId, range } = (adds ? AddressProtected : ProtectionEnded).schema.parse(event.data);
      const known = this.rows.protections.has(entryId);
      if (known === adds) continue;
      ranges.push(range);
      this.dirty.protections.add(entryId);
      if (adds) {
        this.rows.protections.set(entryId, { entryId, tenantId: event.tenantId, range });
        protect.set(entryId, { id: entryId, range });
        unprotect.delete(entryId);
      } else {
        this.rows.protections.delete(entryId);
        if (!protect.delete(entryId)) unprotect.add(entryId);
      }
    }
    this.#indexes.delete(cause.tenantId);
    if (protect.size === 0 && unprotect.size === 0) return null;
    const recut = this.#recut(cause, ranges, before, this.#index(cause.tenantId));
    const deltas = new Map<string, Delta>();
    for (const server of this.#active(cause.tenantId)) {
      const delta: Delta = {
        add: new Map(),
        remove: new Set(),
        protect: new Map(protect),
        unprotect: new Set(unprotect),
      };
      for (const { block, add, remove } of recut) {
        if (!this.#reaches(block, server)) continue;
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
    for (const block of this.rows.blocks.values()) {
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
    const server = this.rows.servers.get(serverId);
    if (!server) return null;
    const was = isActive(server);
    const next = { ...server, ...change };
    this.#setServer(next);
    if (isActive(next) === was) return null;
    const operation = {
      operationId: capabilityOperation(event.eventId),
      kind: 'bans.manage',
      subject: 'bans',
      reason: null,
    };
    if (isActive(next)) {
      const steps = [[this.#manage(event, operation.operationId, serverId, true)]];
      steps.push(...this.#snapshot(event, operation.operationId, serverId).map((order) => [order]));
      return { ...operation, cause: event, steps };
    }
    if (next.withdrawn || !next.confirmed) return null;
    return { ...operation, cause: event, steps: [[this.#manage(event, operation.operationId, serverId, false)]] };
  }

  #membersSet(event: SequencedEvent): Order | null {
    const { groupId, added, removed } = GroupMembersSet.schema.parse(event.data);
    const members = this.rows.groups.get(groupId) ?? new Set<string>();
    for (const serverId of added) members.add(serverId);
    for (const serverId of removed) members.delete(serverId);
    this.rows.groups.set(groupId, members);
    this.dirty.groups.add(groupId);
    return this.#afterMembership(event, groupId, [...added, ...removed]);
  }

  #afterMembership(event: SequencedEvent, groupId: string, serverIds: readonly string[]): Order | null {
    const concerned = [...this.rows.blocks.values()].some(
      ({ target }) => target.kind === 'group' && target.groupId === groupId,
    );
    return concerned ? this.#snapshots(event, serverIds, 'Its groups changed') : null;
  }

  #taskEnded(event: SequencedEvent): Order | null {
    const taskId = event.data['taskId'];
    const task = typeof taskId === 'string' ? this.rows.openTasks.get(taskId) : undefined;
    if (task) {
      this.rows.openTasks.delete(task.taskId);
      this.dirty.openTasks.add(task.taskId);
      if (event.type === TaskSucceeded.type && task.revision !== null) {
        this.enforced.push({ task, enforcedAt: event.recordedAt });
      }
    }
    if (event.type !== TaskFailed.type) return null;
    const { receipt } = TaskFailed.schema.parse(event.data);
    const said = receipt ? receiptOf(receipt.body) : null;
    if (said?.code !== 'gap') return null;
    const server = this.rows.servers.get(said.server);
    if (!server) return null;
    // A restored control plane may be older than what the host holds: its revisions must not be used again.
    const held = typeof said.evidence['revision'] === 'number' ? said.evidence['revision'] : 0;
    if (held > server.revision) this.#setServer({ ...server, revision: held });
    return this.#snapshotUnlessOpen(event, [said.server], 'A change did not fit what it holds');
  }

  #snapshotUnlessOpen(event: SequencedEvent, serverIds: readonly string[], why: string): Order | null {
    const open = new Set(
      [...this.rows.openTasks.values()].filter((task) => task.kind === 'snapshot').map((task) => task.serverId),
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
      .map((serverId) => this.rows.servers.get(serverId))
      .filter((server) => server !== undefined && isActive(server))
      .map((server) => this.#snapshot(event, operationId, server?.serverId ?? ''));
    if (chains.length === 0) return null;
    const subject = chains.length === 1 ? '1 server' : `${chains.length} servers`;
    return { operationId, kind: 'bans.resync', subject, reason, cause: event, steps: stepsOf(chains) };
  }

  #snapshot(event: SequencedEvent, operationId: string, serverId: string): TaskOrder[] {
    const { blocks, protections } = this.desiredFor(serverId);
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
    const [, revision] = this.#advance(serverId);
    return [
      this.#open(event, operationId, 'snapshot', revision, {
        serverId,
        definition: SnapshotBans,
        part: 'snapshot',
        args: { revision, ...first },
      }),
      ...this.#deltaChain(event, operationId, serverId, rest),
    ];
  }

  #manage(event: SequencedEvent, operationId: string, serverId: string, managed: boolean): TaskOrder {
    const order = { serverId, definition: ManageBans, part: 'manage', args: { managed } };
    return this.#open(event, operationId, 'manage', null, order);
  }

  #deltaOrder(cause: SequencedEvent, order: Omit<Order, 'cause' | 'steps'>, deltas: Map<string, Delta>): Order | null {
    const chains = [...deltas].map(([serverId, delta]) => this.#deltaChain(cause, order.operationId, serverId, delta));
    const steps = stepsOf(chains);
    return steps.length === 0 ? null : { ...order, cause, steps };
  }

  #deltaChain(cause: SequencedEvent, operationId: string, serverId: string, delta: Delta): TaskOrder[] {
    return chunks(delta).map((args, index) => {
      const [from, to] = this.#advance(serverId);
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
    this.rows.openTasks.set(taskId, { taskId, serverId, operationId, kind, revision, askedAt });
    this.dirty.openTasks.add(taskId);
    return order;
  }

  #advance(serverId: string): [from: number, to: number] {
    const server = this.rows.servers.get(serverId);
    if (!server) throw new Error(`server ${serverId} has no row`);
    const to = server.revision + 1;
    this.#setServer({ ...server, revision: to });
    return [server.revision, to];
  }

  #setServer(server: ServerRow): void {
    this.rows.servers.set(server.serverId, server);
    this.dirty.servers.add(server.serverId);
  }

  #forReached(block: WantedBlock, delta: () => Delta): Map<string, Delta> {
    const reached = this.#active(block.tenantId).filter((server) => this.#reaches(block, server));
    return new Map(reached.map((server) => [server.serverId, delta()]));
  }

  #active(tenantId: string): ServerRow[] {
    return [...this.rows.servers.values()].filter((server) => server.tenantId === tenantId && isActive(server));
  }

  #reaches(block: WantedBlock, { serverId, tenantId }: ServerRow): boolean {
    if (block.tenantId !== tenantId) return false;
    return reaches(block.target, serverId, (groupId) => this.rows.groups.get(groupId)?.has(serverId) ?? false);
  }

  #protectionsOf(tenantId: string): WantedProtection[] {
    return [...this.rows.protections.values()].filter((entry) => entry.tenantId === tenantId);
  }

  #index(tenantId: string): RangeIndex {
    const known = this.#indexes.get(tenantId);
    if (known) return known;
    const made = new RangeIndex(this.#protectionsOf(tenantId).map((entry) => entry.range));
    this.#indexes.set(tenantId, made);
    return made;
  }
}

export const isActive = (server: ServerRow): boolean => server.confirmed && server.managed && !server.withdrawn;

const noDelta = (): Delta => ({ add: new Map(), remove: new Set(), protect: new Map(), unprotect: new Set() });
const byId = <T extends { id: string }>(list: readonly T[]) => new Map(list.map((one) => [one.id, one]));

/** With the time that is left of each, counted from the event, so that a repeat says the same. */
function told(pieces: readonly Piece[], at: Date): DesiredBlock[] {
  return pieces.flatMap(({ id, range, until }): DesiredBlock[] => {
    if (until === null) return [{ id, range, seconds: null }];
    const seconds = Math.ceil((until - at.getTime()) / 1000);
    return seconds > 0 ? [{ id, range, seconds }] : [];
  });
}

/** The first of every chain together, then the second of those that have one, and so on. */
function stepsOf(chains: readonly (readonly TaskOrder[])[]): TaskOrder[][] {
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
