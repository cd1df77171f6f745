// What was accepted, by whom, until when; those that wait for a second person first, then by their end.
import { ListWaivers, type WaiverTarget, type WaiverView } from '@muster/contracts/posture';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { PEOPLE, type PersonNames } from '../../../platform/personal-data/person-names.ts';
import { ClientNames } from '../../clients/index.ts';
import { APP_DIRECTORY, type ServerDirectory } from '../../servers/index.ts';
import { summaryById } from '../check-views.ts';
import { PostureScope } from '../posture-scope.ts';
import { idOf, nameOf } from '../target-names.ts';

const ListWaiversQuery = queryOf(ListWaivers);
const MOST = 500;

interface Row {
  readonly waiver_id: string;
  readonly check_id: string;
  readonly target: WaiverTarget;
  readonly subject: string | null;
  readonly owner: string;
  readonly reason: string;
  readonly state: WaiverView['state'];
  readonly asked_at: Date;
  readonly until: Date;
  readonly approved_by: string | null;
  readonly ended_at: Date | null;
  readonly ended_why: WaiverView['endedWhy'];
  readonly covers: number;
}

@QueryHandler(ListWaiversQuery)
export class ListWaiversHandler implements IQueryHandler<MessageOf<typeof ListWaiversQuery>> {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(APP_DIRECTORY) private readonly directory: ServerDirectory,
    @Inject(ClientNames) private readonly clients: ClientNames,
    @Inject(PEOPLE) private readonly people: PersonNames,
    @Inject(PostureScope) private readonly scope: PostureScope,
  ) {}

  async execute({ input, context }: MessageOf<typeof ListWaiversQuery>): Promise<AnswerOf<typeof ListWaiversQuery>> {
    const { tenantId, actor } = context.principal;
    const reaching = await this.scope.reaching('w', tenantId, input.groupId);
    const { rows } = await sql<Row>`
      select w.*, (select count(*)::int from muster.posture_findings f
        where f.waiver_id = w.waiver_id and f.to_at is null) as covers
      from muster.posture_waivers w
      where w.tenant_id = ${tenantId} and ${input.ended ? sql`w.state = 'ended'` : sql`w.state <> 'ended'`} and ${reaching}
      order by w.state <> 'asked', w.until limit ${MOST}`.execute(this.database.db);
    const ids = rows.flatMap(({ target }) => idOf(target) ?? []);
    const [servers, clients, people] = await Promise.all([
      this.directory.names(ids),
      this.clients.names(ids),
      this.people.names([...new Set(rows.flatMap((row) => [row.owner, row.approved_by ?? []].flat()))]),
    ]);
    const names = new Map([...servers, ...clients]);
    const person = (id: string): string => people.get(id) ?? 'somebody who was erased';
    return {
      waivers: rows.map((row) => ({
        waiverId: row.waiver_id,
        check: summaryById(row.check_id),
        target: row.target,
        targetName: nameOf(row.target, names),
        subject: row.subject,
        owner: person(row.owner),
        reason: row.reason,
        state: row.state,
        askedAt: row.asked_at.toISOString(),
        until: row.until.toISOString(),
        approvedBy: row.approved_by === null ? null : person(row.approved_by),
        endedAt: row.ended_at?.toISOString() ?? null,
        endedWhy: row.ended_why,
        covers: row.covers,
        mayApprove: row.state === 'asked' && row.owner !== actor,
      })),
    };
  }
}
