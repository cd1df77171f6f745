import { ListClients } from '@muster/contracts/clients';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { ClientRows } from '../client-rows.ts';
import { containing, cursorOf, readCursor } from './keyset.ts';

const ListClientsQuery = queryOf(ListClients);

@QueryHandler(ListClientsQuery)
export class ListClientsHandler implements IQueryHandler<MessageOf<typeof ListClientsQuery>> {
  constructor(@Inject(ClientRows) private readonly rows: ClientRows) {}

  async execute({
    input: { q, archived, after, limit },
    context,
  }: MessageOf<typeof ListClientsQuery>): Promise<AnswerOf<typeof ListClientsQuery>> {
    const wanted = [sql`c.tenant_id = ${context.principal.tenantId}`];
    if (!archived) wanted.push(sql`c.archived_at is null`);
    if (q) wanted.push(sql`(c.name ilike ${containing(q)} or c.external_ref ilike ${containing(q)})`);
    if (after) {
      const [name, id] = readCursor(after);
      wanted.push(sql`(lower(c.name), c.client_id) > (${name}, ${id}::uuid)`);
    }
    const found = await this.rows.list(sql.join(wanted, sql` and `), limit + 1);
    const clients = found.slice(0, limit).map(({ limits: _limits, ...row }) => row);
    const last = clients.at(-1);
    return { clients, next: found.length > limit && last ? cursorOf(last.name.toLowerCase(), last.clientId) : null };
  }
}
