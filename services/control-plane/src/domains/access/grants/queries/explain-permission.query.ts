// Who can do this, and why: every grant in force whose role holds the permission, or those of them that reach a server.
import { permissions } from '@muster/contracts';
import { ExplainPermission } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql, type RawBuilder } from 'kysely';
import { Authority } from '../../../../platform/cqrs/authority.ts';
import { queryOf, type AnswerOf, type MessageOf } from '../../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../../platform/database/database.ts';
import { notFound } from '../../../../platform/errors/refusal.ts';
import { GrantViews, IN_FORCE } from '../grant-views.ts';
import { Roles } from '../roles.ts';

const ExplainPermissionQuery = queryOf(ExplainPermission);
type Answer = AnswerOf<typeof ExplainPermissionQuery>;

@QueryHandler(ExplainPermissionQuery)
export class ExplainPermissionHandler implements IQueryHandler<MessageOf<typeof ExplainPermissionQuery>> {
  constructor(
    @Inject(Roles) private readonly roles: Roles,
    @Inject(GrantViews) private readonly views: GrantViews,
    @Inject(Authority) private readonly authority: Authority,
    @Inject(APP_DATABASE) private readonly database: Connection,
  ) {}

  async execute({ input, context }: MessageOf<typeof ExplainPermissionQuery>): Promise<Answer> {
    const permission = permissions.find(({ name }) => name === input.permission);
    if (!permission) throw notFound('permission');
    const { tenantId } = context.principal;
    const holding = (await this.roles.all(tenantId)).filter((role) => role.permissions.has(permission.name));
    const roles = holding.map(({ role }) => role);
    const holds = sql`g.tenant_id = ${tenantId} and ${IN_FORCE} and g.role = any(${roles}::text[])`;
    const covers = input.server === undefined ? holds : await this.#reaching(input.server, holds, tenantId);
    const covered = this.views.inForce(covers);
    const [page, covering, all] = await Promise.all([
      this.views.page(covers, input),
      covered,
      covers === holds ? covered : this.views.inForce(holds),
    ]);
    return {
      permission: permission.name,
      sentence: permission.sentence,
      risk: permission.risk,
      ...page,
      holders: covering.holders,
      elsewhere: all.grants - covering.grants,
    };
  }

  /** Thousands of grants lie on few scopes: each of those is asked about once. */
  async #reaching(server: string, holds: RawBuilder<unknown>, tenantId: string): Promise<RawBuilder<unknown>> {
    const { rows } = await sql<{ scope: string }>`
      select distinct g.scope_key as scope from muster.access_grants g where ${holds}`.execute(this.database.db);
    const scopes = rows.map(({ scope }) => scope);
    const holding = await this.authority.scopesHolding(server, scopes, tenantId);
    return sql`${holds} and g.scope_key = any(${[...holding]}::text[])`;
  }
}
