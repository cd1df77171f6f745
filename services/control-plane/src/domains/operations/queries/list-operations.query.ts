// Operations, newest first; pages by their number.
import { ListOperations } from '@muster/contracts/operations';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql, type RawBuilder } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { notFound, Refusal } from '../../../platform/errors/refusal.ts';
import { APP_DIRECTORY, type ServerDirectory } from '../../servers/index.ts';
import { OperationRows } from './operation-rows.ts';

const ListOperationsQuery = queryOf(ListOperations);

@QueryHandler(ListOperationsQuery)
export class ListOperationsHandler implements IQueryHandler<MessageOf<typeof ListOperationsQuery>> {
  constructor(
    @Inject(OperationRows) private readonly rows: OperationRows,
    @Inject(APP_DIRECTORY) private readonly directory: ServerDirectory,
  ) {}

  async execute({
    input,
    context,
  }: MessageOf<typeof ListOperationsQuery>): Promise<AnswerOf<typeof ListOperationsQuery>> {
    const { tenantId } = context.principal;
    const wanted: RawBuilder<unknown>[] = [sql`o.tenant_id = ${tenantId}`];
    if (input.state === 'open') wanted.push(sql`o.finished_at is null`);
    if (input.state === 'done') wanted.push(sql`o.finished_at is not null`);
    const reaches = (servers: readonly string[]): RawBuilder<unknown> =>
      sql`exists (select 1 from muster.operations_tasks t
        where t.operation_id = o.operation_id and t.server_id = any(${servers}::uuid[]))`;
    if (input.server) wanted.push(reaches([input.server]));
    if (input.group) {
      const members = await this.directory.ids(tenantId, { kind: 'group', groupId: input.group });
      if (members === null) throw notFound('group');
      wanted.push(reaches(members));
    }
    if (input.before) {
      if (!/^\d{1,15}$/.test(input.before))
        throw new Refusal('invalid', 'invalid', 'before: is not a cursor of this list');
      wanted.push(sql`o.number < ${Number(input.before)}`);
    }
    const rows = await this.rows.list(sql.join(wanted, sql` and `), input.limit + 1);
    const shown = rows.slice(0, input.limit);
    return { operations: shown, next: rows.length > input.limit ? String(shown.at(-1)?.number) : null };
  }
}
