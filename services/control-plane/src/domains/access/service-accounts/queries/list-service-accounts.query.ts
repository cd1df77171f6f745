// Service accounts: those that need a look first.
import { ListServiceAccounts, type ServiceAccountView } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../../platform/database/database.ts';
import { PEOPLE, type PersonNames } from '../../../../platform/personal-data/person-names.ts';

const ListServiceAccountsQuery = queryOf(ListServiceAccounts);

interface Row {
  account_id: string;
  name: string;
  purpose: string;
  owner_id: string;
  created_at: Date;
  review_by: Date;
  reviewed_at: Date;
  flags: ServiceAccountView['flags'];
  retired_at: Date | null;
  grants: number;
  tokens: number;
  used_at: Date | null;
}

const MOST = 1000;

@QueryHandler(ListServiceAccountsQuery)
export class ListServiceAccountsHandler implements IQueryHandler<MessageOf<typeof ListServiceAccountsQuery>> {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(PEOPLE) private readonly people: PersonNames,
  ) {}

  async execute({
    input,
    context,
  }: MessageOf<typeof ListServiceAccountsQuery>): Promise<AnswerOf<typeof ListServiceAccountsQuery>> {
    const { rows } = await sql<Row>`
      select a.*,
        (select count(*)::int from muster.access_grants g where g.holder_id = a.account_id and g.ended_at is null
          and g.starts_at <= now() and (g.until is null or g.until > now())) as grants,
        (select count(*)::int from muster.access_tokens t
          where t.holder_id = a.account_id and t.ended_at is null and t.expires_at > now()) as tokens,
        (select max(k.used_at) from muster.access_tokens t join muster.access_token_keys k using (token_id)
          where t.holder_id = a.account_id) as used_at
      from muster.access_service_accounts a
      where a.tenant_id = ${context.principal.tenantId} and (${input.retired} or a.retired_at is null)
      order by a.retired_at nulls first, cardinality(a.flags) = 0, a.review_by limit ${MOST}`.execute(this.database.db);
    const names = await this.people.names(rows.map(({ owner_id }) => owner_id));
    return {
      accounts: rows.map((row) => ({
        accountId: row.account_id,
        name: row.name,
        purpose: row.purpose,
        owner: { id: row.owner_id, name: names.get(row.owner_id) ?? null },
        createdAt: row.created_at.toISOString(),
        reviewBy: row.review_by.toISOString(),
        reviewedAt: row.reviewed_at.toISOString(),
        flags: row.flags,
        grants: row.grants,
        tokens: row.tokens,
        lastUsedAt: row.used_at?.toISOString() ?? null,
        retiredAt: row.retired_at?.toISOString() ?? null,
      })),
    };
  }
}
