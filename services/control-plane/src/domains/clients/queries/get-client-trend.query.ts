// A client's score and how much was open, day by day. Whose a site was is asked for each day.
import { GetClientTrend } from '@muster/contracts/clients';
import type { Severity } from '@muster/contracts/posture';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import { ClientRepository } from '../client-repository.ts';
import { clientScore } from '../client-score.ts';
import { siteChecks } from '../site-checks.ts';

const GetClientTrendQuery = queryOf(GetClientTrend);
const DAY = 86_400_000;

/** A judged server of a day, or what was open there. */
type Row = { readonly at: Date; readonly server_id: string } & (
  { readonly check_id: null; readonly severity: null } | { readonly check_id: string; readonly severity: Severity }
);

@QueryHandler(GetClientTrendQuery)
export class GetClientTrendHandler implements IQueryHandler<MessageOf<typeof GetClientTrendQuery>> {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(ClientRepository) private readonly clients: ClientRepository,
  ) {}

  async execute({
    input: { clientId, days },
  }: MessageOf<typeof GetClientTrendQuery>): Promise<AnswerOf<typeof GetClientTrendQuery>> {
    const state = await this.clients.client(clientId);
    if (!state || state.archived) throw notFound('client');
    const first = new Date(Date.now() - days * DAY);
    const { rows } = await sql<Row>`
      select * from muster.client_days(${clientId}::uuid, ${JSON.stringify(siteChecks)}::jsonb, ${first}::timestamptz,
        ${days}::int)`.execute(this.database.db);
    const of = Map.groupBy(rows, ({ at }) => at.getTime());
    return {
      points: Array.from({ length: days + 1 }, (_, day) => {
        const at = new Date(first.getTime() + day * DAY);
        const there = of.get(at.getTime()) ?? [];
        const open = there.flatMap((row) =>
          row.check_id === null ? [] : [{ serverId: row.server_id, checkId: row.check_id, severity: row.severity }],
        );
        const judged = there.flatMap((row) => (row.check_id === null ? [row.server_id] : []));
        return { at: at.toISOString(), score: clientScore(judged, open), open: open.length };
      }),
    };
  }
}
