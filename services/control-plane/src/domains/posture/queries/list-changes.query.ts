// What is different since a moment: what opened and is still open, what was open and no longer is, grouped by check.
import { ListChanges } from '@muster/contracts/posture';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql, type RawBuilder } from 'kysely';
import { momentOf } from '../../../platform/cqrs/past-moment.ts';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { APP_DIRECTORY, type ServerDirectory } from '../../servers/index.ts';
import { summaryById, worstFirst } from '../check-views.ts';
import { standing } from '../moments.ts';
import { PostureScope } from '../posture-scope.ts';

const ListChangesQuery = queryOf(ListChanges);
type Answer = AnswerOf<typeof ListChangesQuery>;

interface Row {
  readonly check_id: string;
  readonly servers: number;
  readonly findings: number;
  readonly latest: Date;
  readonly some: string[];
}

@QueryHandler(ListChangesQuery)
export class ListChangesHandler implements IQueryHandler<MessageOf<typeof ListChangesQuery>> {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(APP_DIRECTORY) private readonly directory: ServerDirectory,
    @Inject(PostureScope) private readonly scope: PostureScope,
  ) {}

  async execute({
    input: { groupId, serverId, since: from },
    context,
  }: MessageOf<typeof ListChangesQuery>): Promise<Answer> {
    const { tenantId } = context.principal;
    const since = momentOf(from, new Date()) ?? new Date();
    const [mine, scores] = await Promise.all([
      this.scope.within('f', tenantId, { groupId, serverId }),
      this.scope.within('s', tenantId, { groupId, serverId }),
    ]);
    const [opened, closed, moved] = await Promise.all([
      this.#grouped(
        'opened_at',
        sql`f.tenant_id = ${tenantId} and f.to_at is null and f.waiver_id is null and f.opened_at > ${since} and ${mine}`,
      ),
      this.#grouped(
        'to_at',
        sql`f.tenant_id = ${tenantId} and f.to_at > ${since} and f.opened_at <= ${since} and ${mine} and not exists (
          select 1 from muster.posture_findings n where n.finding_id = f.finding_id and n.from_at >= f.to_at)`,
      ),
      this.#moved(sql`s.tenant_id = ${tenantId} and s.to_at is null and ${scores}`, since),
    ]);
    const names = await this.directory.names([...new Set([...opened, ...closed].flatMap((row) => row.some))]);
    const view = (rows: readonly Row[]): Answer['opened'] =>
      rows
        .map(({ check_id, servers, findings, latest, some }) => ({
          ...summaryById(check_id),
          servers,
          findings,
          latest: latest.toISOString(),
          names: some.map((id) => names.get(id) ?? id).sort(),
        }))
        .sort(worstFirst);
    return { since: since.toISOString(), ...moved, opened: view(opened), closed: view(closed) };
  }

  async #grouped(latest: 'opened_at' | 'to_at', which: RawBuilder<unknown>): Promise<readonly Row[]> {
    const { rows } = await sql<Row>`
      select f.check_id, count(distinct f.server_id)::int as servers, count(*)::int as findings,
        max(${sql.ref(`f.${latest}`)}) as latest, (array_agg(distinct f.server_id))[1:5] as some
      from muster.posture_findings f where ${which} group by f.check_id`.execute(this.database.db);
    return rows;
  }

  async #moved(which: RawBuilder<unknown>, since: Date): Promise<{ worse: number; better: number }> {
    const { rows } = await sql<{ worse: number; better: number }>`
      select count(*) filter (where s.score < d.score)::int as worse, count(*) filter (where s.score > d.score)::int as better
      from muster.posture_scores s
      join muster.posture_scores d on d.server_id = s.server_id and ${standing('d', since)}
      where ${which}`.execute(this.database.db);
    return rows[0] ?? { worse: 0, better: 0 };
  }
}
