// The never-blocked list as pages show it, each entry with how many servers should know it and how many do.
import type { ProtectionView } from '@muster/contracts/bans';
import { sql } from 'kysely';
import type { Connection } from '../../platform/database/database.ts';
import type { PersonNames } from '../../platform/personal-data/person-names.ts';
import { STATE } from './overview.ts';

interface Row {
  entry_id: string;
  range: string;
  label: string;
  origin: ProtectionView['origin'];
  kind: ProtectionView['kind'];
  owner: string | null;
  reason: string | null;
  until: Date | null;
}

export class ProtectionViews {
  constructor(
    private readonly database: Connection,
    private readonly people: PersonNames,
  ) {}

  /** People's entries first, by range. `address` keeps those that touch it. */
  async list(tenantId: string, address: string | null = null): Promise<ProtectionView[]> {
    const { rows } = await sql<Row>`
      select entry_id, range, label, origin, kind, owner, reason, until from muster.bans_protections
      where tenant_id = ${tenantId} and ended_at is null and (until is null or until > now())
        and (${address}::inet is null or range && ${address}::inet)
      order by origin = 'system', kind, range`.execute(this.database.db);
    const [names, counts] = await Promise.all([
      this.people.names(rows.flatMap((row) => row.owner ?? [])),
      this.#synced(tenantId),
    ]);
    return rows.map((row) => ({
      entryId: row.entry_id,
      range: row.range,
      label: row.label,
      origin: row.origin,
      kind: row.kind,
      owner: row.owner === null ? null : { actor: row.owner, name: names.get(row.owner) ?? null },
      reason: row.reason,
      until: row.until?.toISOString() ?? null,
      ...counts,
    }));
  }

  /** Every managed server is told the whole list: one that holds what is desired knows each entry. */
  async #synced(tenantId: string): Promise<{ servers: number; synced: number }> {
    const { rows } = await sql<{ servers: number; synced: number }>`
      select count(*)::int as servers,
        count(*) filter (where ${STATE} = 'held' and h.fail2ban_synced is not false)::int as synced
      from muster.bans_desired d left join muster.bans_held h using (server_id)
      where d.tenant_id = ${tenantId} and d.managed and d.confirmed and not d.withdrawn`.execute(this.database.db);
    return rows[0] ?? { servers: 0, synced: 0 };
  }
}
