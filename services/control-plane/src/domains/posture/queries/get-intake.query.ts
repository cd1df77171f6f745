// The queue of what first scans found: one line per check that waits for a decision, and what somebody is mending.
import { GetIntake } from '@muster/contracts/posture';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { PEOPLE, type PersonNames } from '../../../platform/personal-data/person-names.ts';
import { APP_DIRECTORY, type ServerDirectory } from '../../servers/index.ts';
import { summaryById, worstFirst } from '../check-views.ts';
import { PostureScope } from '../posture-scope.ts';

const GetIntakeQuery = queryOf(GetIntake);
const MOST_ASSIGNED = 200;

interface Waiting {
  readonly check_id: string;
  readonly servers: number;
  readonly findings: number;
  readonly since: Date;
  readonly some: string[];
}
interface Assigned {
  readonly decision_id: string;
  readonly check_id: string;
  readonly owner: string;
  readonly due_at: Date;
  readonly servers: number;
  readonly findings: number;
}

@QueryHandler(GetIntakeQuery)
export class GetIntakeHandler implements IQueryHandler<MessageOf<typeof GetIntakeQuery>> {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(APP_DIRECTORY) private readonly directory: ServerDirectory,
    @Inject(PEOPLE) private readonly people: PersonNames,
    @Inject(PostureScope) private readonly scope: PostureScope,
  ) {}

  async execute({
    input: { groupId },
    context,
  }: MessageOf<typeof GetIntakeQuery>): Promise<AnswerOf<typeof GetIntakeQuery>> {
    const within = await this.scope.within('i', context.principal.tenantId, { groupId });
    const [{ rows: waiting }, { rows: assigned }] = await Promise.all([
      sql<Waiting>`
        select check_id, count(distinct server_id)::int as servers, count(*)::int as findings, min(opened_at) as since,
          (array_agg(distinct server_id))[1:5] as some
        from muster.posture_intake i where decision is null and ${within} group by check_id`.execute(this.database.db),
      sql<Assigned>`
        select decision_id, check_id, owner, due_at, count(distinct server_id)::int as servers, count(*)::int as findings
        from muster.posture_intake i where decision = 'assigned' and ${within}
        group by decision_id, check_id, owner, due_at order by due_at limit ${MOST_ASSIGNED}`.execute(this.database.db),
    ]);
    const names = await this.directory.names([...new Set(waiting.flatMap(({ some }) => some))]);
    const people = await this.people.names([...new Set(assigned.map(({ owner }) => owner))]);
    return {
      waiting: waiting
        .map(({ check_id, servers, findings, since, some }) => ({
          ...summaryById(check_id),
          servers,
          findings,
          since: since.toISOString(),
          names: some.map((id) => names.get(id) ?? id).sort(),
        }))
        .sort(worstFirst),
      assigned: assigned.map(({ decision_id, check_id, owner, due_at, servers, findings }) => ({
        ...summaryById(check_id),
        decisionId: decision_id,
        owner: people.get(owner) ?? 'somebody who was erased',
        dueAt: due_at.toISOString(),
        servers,
        findings,
      })),
    };
  }
}
