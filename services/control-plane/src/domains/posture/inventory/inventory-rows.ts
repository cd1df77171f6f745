// Items of the inventory with the names that a page shows beside them.
import type { InventoryFacts, InventoryRow } from '@muster/contracts/posture';
import { Inject, Injectable } from '@nestjs/common';
import { sql, type RawBuilder } from 'kysely';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { PEOPLE, type PersonNames } from '../../../platform/personal-data/person-names.ts';
import { APP_DIRECTORY, type ServerDirectory } from '../../servers/index.ts';

interface Row {
  readonly server_id: string;
  readonly kind: string;
  readonly item: string;
  readonly sort: string;
  readonly facts: InventoryFacts;
  readonly first_seen: Date;
  readonly stands_out: string | null;
  readonly owner: string | null;
  readonly reason: string | null;
  readonly review_at: Date | null;
}

export interface ListedItem {
  readonly kind: string;
  readonly sort: string;
  readonly view: InventoryRow;
}

@Injectable()
export class InventoryRows {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(APP_DIRECTORY) private readonly directory: ServerDirectory,
    @Inject(PEOPLE) private readonly people: PersonNames,
  ) {}

  /** `rest` begins with `where`, over `i`. */
  async list(rest: RawBuilder<unknown>): Promise<readonly ListedItem[]> {
    const { rows } = await sql<Row>`
      select i.server_id, i.kind, i.item, i.sort, i.facts, i.first_seen, i.stands_out, a.owner, a.reason, a.review_at
      from muster.posture_inventory i left join muster.posture_approvals a using (server_id, kind, item) ${rest}`.execute(
      this.database.db,
    );
    const [servers, people] = await Promise.all([
      this.directory.refs([...new Set(rows.map((row) => row.server_id))]),
      this.people.names([...new Set(rows.flatMap(({ owner }) => owner ?? []))]),
    ]);
    return rows.map((row) => ({
      kind: row.kind,
      sort: row.sort,
      view: {
        server: {
          serverId: row.server_id,
          name: servers.get(row.server_id)?.name ?? row.server_id,
          simulated: servers.get(row.server_id)?.simulated ?? false,
        },
        item: row.item,
        facts: row.facts,
        firstSeen: row.first_seen.toISOString(),
        standsOut: row.stands_out,
        approval:
          row.owner === null || row.review_at === null
            ? null
            : {
                owner: people.get(row.owner) ?? 'somebody who was erased',
                reason: row.reason ?? '',
                reviewAt: row.review_at.toISOString(),
              },
      },
    }));
  }
}
