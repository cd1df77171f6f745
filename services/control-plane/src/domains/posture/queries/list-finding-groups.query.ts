// "41 servers: root may sign in with a password": findings by check, worst first.
import { ListFindingGroups, SEVERITIES } from '@muster/contracts/posture';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { momentOf } from '../../../platform/cqrs/past-moment.ts';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import { APP_DIRECTORY, type ServerDirectory } from '../../servers/index.ts';
import { summaryById } from '../check-views.ts';
import { standing } from '../moments.ts';

const ListFindingGroupsQuery = queryOf(ListFindingGroups);

interface Row {
  readonly check_id: string;
  readonly servers: number;
  readonly findings: number;
  readonly accepted: number;
  readonly since: Date;
  readonly some: string[];
}

@QueryHandler(ListFindingGroupsQuery)
export class ListFindingGroupsHandler implements IQueryHandler<MessageOf<typeof ListFindingGroupsQuery>> {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(APP_DIRECTORY) private readonly directory: ServerDirectory,
  ) {}

  async execute({
    input: { groupId, at },
    context,
  }: MessageOf<typeof ListFindingGroupsQuery>): Promise<AnswerOf<typeof ListFindingGroupsQuery>> {
    const { tenantId } = context.principal;
    const of = groupId === undefined ? undefined : await this.directory.ids(tenantId, { kind: 'group', groupId });
    if (of === null) throw notFound('group');
    const within = of === undefined ? sql`true` : sql`server_id = any(${of}::uuid[])`;
    const { rows } = await sql<Row>`
      select check_id, count(distinct server_id) filter (where waiver_id is null)::int as servers,
        count(*) filter (where waiver_id is null)::int as findings,
        count(*) filter (where waiver_id is not null)::int as accepted, min(opened_at) as since,
        (array_agg(distinct server_id) filter (where waiver_id is null))[1:5] as some
      from muster.posture_findings f
      where tenant_id = ${tenantId} and ${standing('f', momentOf(at, new Date()))} and ${within}
      group by check_id`.execute(this.database.db);
    const names = await this.directory.names([...new Set(rows.flatMap((row) => row.some ?? []))]);
    const groups = rows.map(({ check_id, servers, findings, accepted, since, some }) => ({
      ...summaryById(check_id),
      servers,
      findings,
      accepted,
      since: since.toISOString(),
      names: (some ?? []).map((id) => names.get(id) ?? id).sort(),
    }));
    const worst = (group: (typeof groups)[number]): number =>
      SEVERITIES.indexOf(group.severity) + (group.findings === 0 ? SEVERITIES.length : 0);
    return {
      groups: groups.sort((a, b) => worst(a) - worst(b) || b.servers - a.servers || a.checkId.localeCompare(b.checkId)),
    };
  }
}
