// What somebody approved of one server, and what is different now: added, or no longer there.
import { APPROVED_KINDS, GetBaseline } from '@muster/contracts/posture';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import { APP_DIRECTORY, type ServerDirectory } from '../../servers/index.ts';
import { InventoryRows } from '../inventory/inventory-rows.ts';
import { sameProgram } from '../inventory/stands-out.ts';

const GetBaselineQuery = queryOf(GetBaseline);
const MOST = 200;

@QueryHandler(GetBaselineQuery)
export class GetBaselineHandler implements IQueryHandler<MessageOf<typeof GetBaselineQuery>> {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(APP_DIRECTORY) private readonly directory: ServerDirectory,
    @Inject(InventoryRows) private readonly inventory: InventoryRows,
  ) {}

  async execute({
    input: { serverId },
  }: MessageOf<typeof GetBaselineQuery>): Promise<AnswerOf<typeof GetBaselineQuery>> {
    const server = (await this.directory.refs([serverId])).get(serverId);
    if (server === undefined) throw notFound('server');
    const [known, approvals, added] = await Promise.all([
      sql<{ kind: string }>`
        select kind from muster.posture_inventory_readings where server_id = ${serverId} and complete`.execute(
        this.database.db,
      ),
      sql<{ kind: string; item: string; there: boolean }>`
        select a.kind, a.item, i.item is not null as there
        from muster.posture_approvals a left join muster.posture_inventory i using (server_id, kind, item)
        where a.server_id = ${serverId} and a.review_at > now() order by a.kind, a.item`.execute(this.database.db),
      this.inventory.list(sql`
        where i.server_id = ${serverId} and (a.item is null or a.review_at <= now() or not ${sameProgram})
        order by i.kind, i.sort`),
    ]);
    const complete = new Set(known.rows.map(({ kind }) => kind));
    return {
      server: { serverId, ...server },
      kinds: APPROVED_KINDS.map((kind) => {
        const mine = approvals.rows.filter((one) => one.kind === kind);
        return {
          kind,
          known: complete.has(kind),
          approved: mine.length,
          added: added
            .filter((one) => one.kind === kind)
            .map(({ view }) => view)
            .slice(0, MOST),
          missing: complete.has(kind)
            ? mine
                .filter(({ there }) => !there)
                .map(({ item }) => item)
                .slice(0, MOST)
            : [],
        };
      }),
    };
  }
}
