// Everything a decision on a block depends on: whom it would reach, what it would touch. Shared by the block and its
// preview, so that both say the same.
import type { Target } from '@muster/contracts';
import { ipRange } from '@muster/kernel/ip-range';
import { sql } from 'kysely';
import type { Connection } from '../../platform/database/database.ts';
import { currentSight, seesFleet } from '../../platform/database/sight.ts';
import type { PersonNames } from '../../platform/personal-data/person-names.ts';
import { notFound, Refusal } from '../../platform/errors/refusal.ts';
import type { ListedServer, ServerDirectory } from '../servers/index.ts';
import type { BlockedPlace } from './concerned-clients.ts';
import {
  refuseHidden,
  refuseOutOfReach,
  refuseProtected,
  refuseTooWide,
  refuseUnblockable,
  refuseUnsaid,
  type StandingProtection,
} from './block-rules.ts';
import { bounded, overlaps } from './range-index.ts';
import type { SystemEntry } from './protection.aggregate.ts';
import type { SystemAddresses } from './system-addresses.ts';

/** What a server's table takes, with room for the pieces that protections leave of a block. */
const MOST_BLOCKS = 15_000;

export interface Reached {
  readonly targetName: string;
  readonly servers: readonly ListedServer[];
  readonly managed: readonly ListedServer[];
}

export const placeOf = (tenantId: string, range: string, { servers, targetName }: Reached): BlockedPlace => ({
  tenantId,
  range,
  servers: servers.map(({ serverId }) => serverId),
  targetName,
});

export class BlockReach {
  constructor(
    private readonly database: Connection,
    private readonly directory: ServerDirectory,
    private readonly people: PersonNames,
    private readonly system: SystemAddresses,
  ) {}

  /** Refuses a server or group that does not exist. */
  async resolve(tenantId: string, target: Target): Promise<Reached> {
    const servers = await this.directory.resolve(tenantId, target);
    if (!servers) throw notFound(target.kind === 'group' ? 'group' : 'server');
    const managed = servers.filter((server) => server.managed.includes('bans') && !server.observeOnly);
    return { targetName: await this.nameOf(target), servers, managed };
  }

  async nameOf(target: Target): Promise<string> {
    if (target.kind === 'fleet') return 'the fleet';
    const id = target.kind === 'group' ? target.groupId : target.serverId;
    return (await this.directory.names([id])).get(id) ?? id;
  }

  /** Throws the refusal that a block would meet. */
  async refuse(tenantId: string, range: string, target: Target, reached: Reached): Promise<void> {
    const parsed = ipRange(range);
    refuseTooWide(parsed, 'blocked');
    refuseUnblockable(parsed, 'blocked');
    const system = await this.system.of(tenantId);
    const standing = await this.#protections(tenantId, range, system.entries);
    // Its label may name another client's server.
    const sight = currentSight();
    if (standing.length > 0 && sight && !seesFleet(sight)) refuseUnsaid(range);
    refuseProtected(range, standing);
    if (system.mayHide(parsed)) refuseHidden(range, system.unread);
    const { targetName, servers, managed } = reached;
    refuseOutOfReach({ targetName, kind: target.kind, servers: servers.length, managed: managed.length });
    await this.#refuseTooMany(tenantId);
  }

  /** The list as it is written down, and what Muster protects at this very moment. */
  async #protections(tenantId: string, range: string, system: readonly SystemEntry[]): Promise<StandingProtection[]> {
    const { rows } = await sql<{
      range: string;
      label: string;
      kind: StandingProtection['kind'];
      owner: string | null;
      until: Date | null;
    }>`
      select range, label, kind, owner, until from muster.bans_protections
      where tenant_id = ${tenantId} and ended_at is null and range && ${range}::inet
        and (until is null or until > now())
      order by kind = 'person', masklen(range) limit 50`.execute(this.database.db);
    const names = await this.people.names(rows.flatMap((row) => row.owner ?? []));
    const listed = rows.map((row) => ({
      range: row.range,
      label: row.label,
      kind: row.kind,
      ownerName: row.owner === null ? null : (names.get(row.owner) ?? null),
      until: row.until,
    }));
    const known = new Set(listed.map((entry) => `${entry.kind} ${entry.range}`));
    const wanted = bounded(range);
    const now = system
      .filter((entry) => overlaps(bounded(entry.range), wanted) && !known.has(`${entry.kind} ${entry.range}`))
      .map(({ kind, label, range: own }) => ({ kind, label, range: own, ownerName: null, until: null }));
    return [...now, ...listed];
  }

  async #refuseTooMany(tenantId: string): Promise<void> {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from muster.bans_blocks
      where tenant_id = ${tenantId} and ended_at is null`.execute(this.database.db);
    if ((rows[0]?.count ?? 0) < MOST_BLOCKS) return;
    throw new Refusal(
      'conflict',
      'too-many-blocks',
      `${MOST_BLOCKS.toLocaleString('en')} blocks are in force, as many as a server takes. Lift some first`,
    );
  }
}
