// Who can do this, and why: every grant in force whose role holds the permission, and whether it reaches a given server.
import { permissions } from '@muster/contracts';
import { ExplainPermission, scopeKey } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { Authority } from '../../../../platform/cqrs/authority.ts';
import { queryOf, type AnswerOf, type MessageOf } from '../../../../platform/cqrs/messages.ts';
import { notFound } from '../../../../platform/errors/refusal.ts';
import { GrantViews } from '../grant-views.ts';
import { Roles } from '../roles.ts';

const ExplainPermissionQuery = queryOf(ExplainPermission);
type Answer = AnswerOf<typeof ExplainPermissionQuery>;

@QueryHandler(ExplainPermissionQuery)
export class ExplainPermissionHandler implements IQueryHandler<MessageOf<typeof ExplainPermissionQuery>> {
  constructor(
    @Inject(Roles) private readonly roles: Roles,
    @Inject(GrantViews) private readonly views: GrantViews,
    @Inject(Authority) private readonly authority: Authority,
  ) {}

  async execute({ input, context }: MessageOf<typeof ExplainPermissionQuery>): Promise<Answer> {
    const permission = permissions.find(({ name }) => name === input.permission);
    if (!permission) throw notFound('permission');
    const { tenantId } = context.principal;
    const holding = (await this.roles.all(tenantId)).filter((role) => role.permissions.has(permission.name));
    const grants = await this.views.list(
      sql`g.tenant_id = ${tenantId} and g.ended_at is null and g.starts_at <= now()
        and (g.until is null or g.until > now()) and g.role = any(${holding.map(({ role }) => role)}::text[])`,
    );
    const { server } = input;
    const explained = await Promise.all(
      grants.map(async (grant) => ({
        grant,
        covers:
          server === undefined || (await this.authority.sees('server', server, [scopeKey(grant.scope)], tenantId)),
      })),
    );
    return {
      permission: permission.name,
      sentence: permission.sentence,
      risk: permission.risk,
      grants: explained,
    };
  }
}
