// The rules as they are set, and what they, or others, would do with the sites there are.
import type { AssignedBy, AssignmentRule, FoundSite } from '@muster/contracts/clients';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { APP_DATABASE, type Connection } from '../../platform/database/database.ts';
import { Refusal } from '../../platform/errors/refusal.ts';
import { ruling, type RuledSite, type Ruling } from './rules.ts';

export interface Judged extends Ruling {
  readonly siteId: string;
  readonly site: RuledSite;
  readonly server: string | null;
}

export interface SiteToRule {
  site_id: string;
  name: string;
  server_id: string | null;
  server: string | null;
  client_id: string | null;
  assigned_by: AssignedBy | null;
  server_of: string | null;
  facts: FoundSite | null;
}

export const ruledSite = (row: SiteToRule): RuledSite => ({
  name: row.name,
  serverId: row.server_id,
  clientId: row.client_id,
  assignedBy: row.assigned_by,
  serverOf: row.server_of,
  found: row.facts,
});

const PAGE = 2000;

@Injectable()
export class RuleBook {
  constructor(@Inject(APP_DATABASE) private readonly database: Connection) {}

  async current(): Promise<{ rules: readonly AssignmentRule[]; setAt: Date | null; setBy: string | null }> {
    const { rows } = await sql<{ rules: AssignmentRule[]; set_at: Date; set_by: string }>`
      select rules, set_at, set_by from muster.clients_rules`.execute(this.database.db);
    const [row] = rows;
    return { rules: row?.rules ?? [], setAt: row?.set_at ?? null, setBy: row?.set_by ?? null };
  }

  /** Rules name clients that are there, and servers. */
  async requireKnown(rules: readonly AssignmentRule[]): Promise<void> {
    const names = await this.clientNames(rules.map(({ clientId }) => clientId));
    const wrong = rules.findIndex(({ clientId }) => !names.has(clientId));
    if (wrong === -1) return;
    const message = `Rule ${wrong + 1} names a client that is not there`;
    throw new Refusal('invalid', 'invalid', message, { fields: [{ path: `rules.${wrong}.clientId`, message }] });
  }

  async clientNames(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { rows } = await sql<{ client_id: string; name: string }>`
      select client_id, name from muster.clients_clients
      where client_id = any(${[...new Set(ids)]}::uuid[]) and archived_at is null`.execute(this.database.db);
    return new Map(rows.map((row) => [row.client_id, row.name]));
  }

  /** Every site with what the rules say of it, a page at a time. */
  async *judge(rules: readonly AssignmentRule[]): AsyncIterable<readonly Judged[]> {
    for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
      const { rows } = await sql<SiteToRule>`
        select s.site_id, s.name, s.server_id, v.name as server, s.client_id, s.assigned_by, o.client_id as server_of, f.facts
        from muster.clients_sites s
        left join muster.servers_servers v using (server_id)
        left join muster.clients_servers o on o.server_id = s.server_id
        left join muster.clients_found_sites f on f.server_id = s.server_id and f.name = s.name
        where s.removed_at is null and s.site_id > ${after}::uuid order by s.site_id limit ${PAGE}`.execute(
        this.database.db,
      );
      yield rows.map((row) => {
        const site = ruledSite(row);
        return { ...ruling(site, rules), siteId: row.site_id, site, server: row.server };
      });
      const last = rows.at(-1);
      if (!last || rows.length < PAGE) return;
      after = last.site_id;
    }
  }
}
