import { GetClient } from '@muster/contracts/clients';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import { ClientRows } from '../client-rows.ts';

const GetClientQuery = queryOf(GetClient);

@QueryHandler(GetClientQuery)
export class GetClientHandler implements IQueryHandler<MessageOf<typeof GetClientQuery>> {
  constructor(
    @Inject(ClientRows) private readonly rows: ClientRows,
    @Inject(APP_DATABASE) private readonly database: Connection,
  ) {}

  async execute({ input: { clientId } }: MessageOf<typeof GetClientQuery>): Promise<AnswerOf<typeof GetClientQuery>> {
    const [client] = await this.rows.list(sql`c.client_id = ${clientId}`, 1);
    if (!client) throw notFound('client');
    const { rows } = await sql<{ serverId: string; name: string }>`
      select server_id as "serverId", name from muster.client_servers(${clientId}::uuid) where own order by name`.execute(
      this.database.db,
    );
    return { ...client, ownServers: rows };
  }
}
