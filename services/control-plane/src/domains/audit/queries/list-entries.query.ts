// The ledger backwards, filtered, in pages by position.
import { ListEntries } from '@muster/contracts/audit';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { LedgerReader } from '../ledger-reader.ts';

const ListEntriesQuery = queryOf(ListEntries);

@QueryHandler(ListEntriesQuery)
export class ListEntriesHandler implements IQueryHandler<MessageOf<typeof ListEntriesQuery>> {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(LedgerReader) private readonly reader: LedgerReader,
  ) {}

  async execute({ input, context }: MessageOf<typeof ListEntriesQuery>): Promise<AnswerOf<typeof ListEntriesQuery>> {
    const { tenantId } = context.principal;
    const conditions = [
      sql`tenant_id = ${tenantId}`,
      ...(input.before === undefined ? [] : [sql`position < ${input.before}`]),
      ...(input.who === undefined ? [] : [sql`actor = ${input.who}`]),
      // A domain's name alone means all of its events.
      ...(input.type === undefined ? [] : [sql`(type = ${input.type} or starts_with(type, ${`${input.type}.`}))`]),
      ...(input.class === undefined ? [] : [sql`class = ${input.class}`]),
      ...(input.actorKind === undefined ? [] : [sql`actor_kind = ${input.actorKind}`]),
      ...(input.server === undefined ? [] : [sql`server_id = ${input.server}`]),
      ...(input.operation === undefined ? [] : [sql`operation_id = ${input.operation}`]),
      ...(input.from === undefined ? [] : [sql`recorded_at >= ${input.from}`]),
      ...(input.to === undefined ? [] : [sql`recorded_at < ${input.to}`]),
      ...(input.quiet ? [sql`not routine`] : []),
    ];
    const { rows } = await sql<{ position: number }>`
      select position from muster.audit_entries where ${sql.join(conditions, sql` and `)}
      order by position desc limit ${input.limit + 1}`.execute(this.database.db);
    const positions = rows.slice(0, input.limit).map((row) => Number(row.position));
    const { rows: sizes } = await sql<{ size: number }>`select size from es.log_state`.execute(this.database.db);
    return {
      entries: await this.reader.entries(await this.reader.rows(tenantId, positions), context.principal),
      next: rows.length > input.limit ? (positions.at(-1) ?? null) : null,
      size: Number(sizes[0]?.size ?? 0),
    };
  }
}
