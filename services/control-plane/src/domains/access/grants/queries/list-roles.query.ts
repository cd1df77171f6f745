// Roles with what they hold, and how many hold them among the grants that the reader may see.
import { ListRoles } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../../platform/database/database.ts';
import { Roles } from '../roles.ts';

const ListRolesQuery = queryOf(ListRoles);

@QueryHandler(ListRolesQuery)
export class ListRolesHandler implements IQueryHandler<MessageOf<typeof ListRolesQuery>> {
  constructor(
    @Inject(Roles) private readonly roles: Roles,
    @Inject(APP_DATABASE) private readonly database: Connection,
  ) {}

  async execute({ context }: MessageOf<typeof ListRolesQuery>): Promise<AnswerOf<typeof ListRolesQuery>> {
    const [roles, { rows }] = await Promise.all([
      this.roles.all(context.principal.tenantId),
      sql<{ role: string; holders: number }>`
        select role, count(distinct holder_id)::int as holders from muster.access_grants
        where ended_at is null and starts_at <= now() and (until is null or until > now())
        group by role`.execute(this.database.db),
    ]);
    const holders = new Map(rows.map((row) => [row.role, row.holders]));
    return {
      roles: roles.map(({ permissions, scopes, ...role }) => ({
        ...role,
        scopes: [...scopes],
        permissions: [...permissions].sort(),
        holders: holders.get(role.role) ?? 0,
      })),
    };
  }
}
