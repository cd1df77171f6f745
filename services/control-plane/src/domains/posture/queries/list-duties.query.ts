// What was attested of duties that no program can look after, next due first.
import type { Target } from '@muster/contracts';
import { DUTY_WORDS, dutyDue, ListDuties, type Duty } from '@muster/contracts/posture';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { PEOPLE, type PersonNames } from '../../../platform/personal-data/person-names.ts';
import { APP_DIRECTORY, type ServerDirectory } from '../../servers/index.ts';
import { PostureScope } from '../posture-scope.ts';
import { idOf, nameOf } from '../target-names.ts';

const ListDutiesQuery = queryOf(ListDuties);
const MOST = 500;

interface Row {
  readonly duty: Duty;
  readonly target: Target;
  readonly done_on: string;
  readonly actor: string;
  readonly note: string;
  readonly attested_at: Date;
}

@QueryHandler(ListDutiesQuery)
export class ListDutiesHandler implements IQueryHandler<MessageOf<typeof ListDutiesQuery>> {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(APP_DIRECTORY) private readonly directory: ServerDirectory,
    @Inject(PEOPLE) private readonly people: PersonNames,
    @Inject(PostureScope) private readonly scope: PostureScope,
  ) {}

  async execute({ input, context }: MessageOf<typeof ListDutiesQuery>): Promise<AnswerOf<typeof ListDutiesQuery>> {
    const { tenantId } = context.principal;
    const reaching = await this.scope.reaching('d', tenantId, input.groupId);
    const { rows } = await sql<Row>`
      select duty, target, done_on::text, actor, note, attested_at from muster.posture_duties d
      where tenant_id = ${tenantId} and ${reaching} order by done_on limit ${MOST}`.execute(this.database.db);
    const [names, people] = await Promise.all([
      this.directory.names(rows.flatMap(({ target }) => idOf(target) ?? [])),
      this.people.names([...new Set(rows.map(({ actor }) => actor))]),
    ]);
    const today = new Date().toISOString().slice(0, 10);
    const attested = rows.map(({ duty, target, done_on: doneOn, actor, note, attested_at: at }) => {
      const dueOn = dutyDue(duty, doneOn);
      return {
        duty,
        checkId: DUTY_WORDS[duty].checkId,
        target,
        targetName: nameOf(target, names),
        by: people.get(actor) ?? 'somebody who was erased',
        note,
        doneOn,
        dueOn,
        overdue: today > dueOn,
        attestedAt: at.toISOString(),
      };
    });
    return { attested: attested.sort((a, b) => a.dueOn.localeCompare(b.dueOn)) };
  }
}
