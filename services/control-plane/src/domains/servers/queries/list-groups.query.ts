// Groups with their servers, and the tags in use.
import { ListGroups } from '@muster/contracts/servers';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';

const ListGroupsQuery = queryOf(ListGroups);
type Answer = AnswerOf<typeof ListGroupsQuery>;

@QueryHandler(ListGroupsQuery)
export class ListGroupsHandler implements IQueryHandler<MessageOf<typeof ListGroupsQuery>> {
  constructor(@Inject(APP_DATABASE) private readonly database: Connection) {}

  async execute({ context }: MessageOf<typeof ListGroupsQuery>): Promise<Answer> {
    const { tenantId } = context.principal;
    const groups = await sql<Answer['groups'][number]>`
      select g.group_id as "groupId", g.name,
        coalesce(json_agg(json_build_object('serverId', s.server_id, 'name', s.name, 'simulated', s.simulated)
          order by s.name) filter (where s.server_id is not null), '[]') as servers
      from muster.servers_groups g
      left join muster.servers_group_members m using (group_id)
      left join muster.servers_servers s on s.server_id = m.server_id and not s.retired
      where g.tenant_id = ${tenantId} group by g.group_id order by g.name`.execute(this.database.db);
    const tags = await sql<Answer['tags'][number]>`
      select tag, count(*)::int as servers from muster.servers_servers, unnest(tags) as tag
      where tenant_id = ${tenantId} and not retired group by tag order by tag`.execute(this.database.db);
    return { groups: groups.rows, tags: tags.rows };
  }
}
