// The fleet as bans sees it while it works out what is desired: servers, groups, blocks, protections, open tasks, and which
// of them changed. Pure; policies/desired-rows.ts reads it from tables and writes it back.
import { piecesOf, reaches, type Piece, type WantedBlock, type WantedProtection } from './desired-state.ts';
import { RangeIndex } from './range-index.ts';

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

export const isActive = (server: ServerRow): boolean => server.confirmed && server.managed && !server.withdrawn;

export class DesiredFleet {
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

  /** What a server should hold, ended blocks included: whoever asks knows which moment counts. */
  desiredFor(serverId: string): { blocks: Piece[]; protections: WantedProtection[] } {
    const server = this.rows.servers.get(serverId);
    if (!server) return { blocks: [], protections: [] };
    const index = this.protectionsIndex(server.tenantId);
    const blocks: Piece[] = [];
    for (const block of this.rows.blocks.values()) {
      if (this.reaches(block, server)) blocks.push(...piecesOf(block, index));
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

  /** The next link of a server's chain of revisions. */
  advance(serverId: string): [from: number, to: number] {
    const server = this.rows.servers.get(serverId);
    if (!server) throw new Error(`server ${serverId} has no row`);
    const to = server.revision + 1;
    this.setServer({ ...server, revision: to });
    return [server.revision, to];
  }

  setServer(server: ServerRow): void {
    this.rows.servers.set(server.serverId, server);
    this.dirty.servers.add(server.serverId);
  }

  active(tenantId: string): ServerRow[] {
    return [...this.rows.servers.values()].filter((server) => server.tenantId === tenantId && isActive(server));
  }

  reaches(block: WantedBlock, { serverId, tenantId }: ServerRow): boolean {
    if (block.tenantId !== tenantId) return false;
    return reaches(block.target, serverId, (groupId) => this.rows.groups.get(groupId)?.has(serverId) ?? false);
  }

  #protectionsOf(tenantId: string): WantedProtection[] {
    return [...this.rows.protections.values()].filter((entry) => entry.tenantId === tenantId);
  }

  protectionsIndex(tenantId: string): RangeIndex {
    const known = this.#indexes.get(tenantId);
    if (known) return known;
    const made = new RangeIndex(this.#protectionsOf(tenantId).map((entry) => entry.range));
    this.#indexes.set(tenantId, made);
    return made;
  }

  protectionsChanged(tenantId: string): void {
    this.#indexes.delete(tenantId);
  }
}
