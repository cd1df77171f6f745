// One check on every server: its evidence side by side, oldest first.
import { GetFindings } from '@muster/contracts/posture';
import { checkOf } from '@muster/posture/checks';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { momentOf } from '../../../platform/cqrs/past-moment.ts';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import { viewOf } from '../check-views.ts';
import { FindingViews } from '../finding-views.ts';
import { standing } from '../moments.ts';
import { PostureScope } from '../posture-scope.ts';
import { cursorOf, placeOf } from './place-in-list.ts';

const GetFindingsQuery = queryOf(GetFindings);

@QueryHandler(GetFindingsQuery)
export class GetFindingsHandler implements IQueryHandler<MessageOf<typeof GetFindingsQuery>> {
  constructor(
    @Inject(FindingViews) private readonly findings: FindingViews,
    @Inject(PostureScope) private readonly scope: PostureScope,
  ) {}

  async execute({
    input: { checkId, groupId, at, after, limit },
    context,
  }: MessageOf<typeof GetFindingsQuery>): Promise<AnswerOf<typeof GetFindingsQuery>> {
    const check = checkOf(checkId);
    if (check === undefined) throw notFound('check');
    const within = await this.scope.within('f', context.principal.tenantId, { groupId });
    const place = placeOf(after, /^\d+$/);
    const beyond =
      place === null ? sql`true` : sql`(f.opened_position, f.finding_id) > (${place.at}::bigint, ${place.id}::uuid)`;
    const found = await this.findings.list(sql`
      where f.tenant_id = ${context.principal.tenantId} and f.check_id = ${checkId}
        and ${standing('f', momentOf(at, new Date()))} and ${within} and ${beyond}
      order by f.opened_position, f.finding_id limit ${limit + 1}`);
    const shown = found.slice(0, limit).map(({ view }) => view);
    const last = shown.at(-1);
    const next =
      found.length > limit && last ? cursorOf({ at: String(last.openedPosition), id: last.findingId }) : null;
    return { check: viewOf(check), findings: shown, next };
  }
}
