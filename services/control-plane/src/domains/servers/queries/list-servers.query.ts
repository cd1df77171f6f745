// Servers by name, filtered. Keyset pages: the cursor is the last row's name and id.
import { ListServers } from '@muster/contracts/servers';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql, type RawBuilder } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { Refusal } from '../../../platform/errors/refusal.ts';
import { ServerRows } from '../server-rows.ts';

const ListServersQuery = queryOf(ListServers);

@QueryHandler(ListServersQuery)
export class ListServersHandler implements IQueryHandler<MessageOf<typeof ListServersQuery>> {
  constructor(
    @Inject(ServerRows) private readonly rows: ServerRows,
    @Inject(APP_DATABASE) private readonly database: Connection,
  ) {}

  async execute({ input, context }: MessageOf<typeof ListServersQuery>): Promise<AnswerOf<typeof ListServersQuery>> {
    const wanted: RawBuilder<unknown>[] = [sql`s.tenant_id = ${context.principal.tenantId}`];
    if (input.presence !== 'retired') wanted.push(sql`not s.retired`);
    if (input.q) wanted.push(sql`(s.name ilike ${like(input.q)} or s.hostname ilike ${like(input.q)})`);
    if (input.tag) wanted.push(sql`s.tags @> array[${input.tag}]`);
    if (input.group) {
      wanted.push(
        sql`s.server_id in (select server_id from muster.servers_group_members where group_id = ${input.group})`,
      );
    }
    if (input.presence) wanted.push(PRESENCE[input.presence]);
    const page = [...wanted];
    if (input.after) {
      const [name, id] = cursorOf(input.after);
      page.push(sql`(s.name, s.server_id) > (${name}, ${id}::uuid)`);
    }
    const servers = await this.rows.list(sql.join(page, sql` and `), input.limit + 1);
    const shown = servers.slice(0, input.limit);
    const last = shown.at(-1);
    const { rows } = await sql<{ total: number }>`
      select count(*)::int as total from muster.servers_servers s left join muster.servers_presence p using (server_id)
      where ${sql.join(wanted, sql` and `)}`.execute(this.database.db);
    return {
      servers: shown,
      total: rows[0]?.total ?? 0,
      next: servers.length > input.limit && last ? JSON.stringify([last.name, last.serverId]) : null,
    };
  }
}

const PRESENCE = {
  present: sql`p.heard_at is not null and not p.silent and not s.quarantined`,
  silent: sql`p.silent and not s.quarantined`,
  never: sql`p.heard_at is null`,
  quarantined: sql`s.quarantined`,
  retired: sql`s.retired`,
} as const;

const like = (text: string) => `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;

function cursorOf(text: string): [string, string] {
  try {
    const cursor: unknown = JSON.parse(text);
    if (Array.isArray(cursor) && typeof cursor[0] === 'string' && typeof cursor[1] === 'string') {
      return [cursor[0], cursor[1]];
    }
  } catch {
    // Falls through to the sentence below.
  }
  throw new Refusal('invalid', 'invalid', 'after: is not a cursor of this list');
}
