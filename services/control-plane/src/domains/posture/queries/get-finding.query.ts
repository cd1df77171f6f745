// The life of one finding: its spans told as moments, with what people said and who took it, newest first.
import { GetFinding, type FindingMoment } from '@muster/contracts/posture';
import type { CheckDefinition } from '@muster/posture/check';
import { checkOf } from '@muster/posture/checks';
import { guideFor } from '@muster/posture/guide';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import { PEOPLE, type PersonNames } from '../../../platform/personal-data/person-names.ts';
import { APP_DIRECTORY, type ServerDirectory } from '../../servers/index.ts';
import { viewOf } from '../check-views.ts';
import { FindingLives, type FindingSpan } from '../finding-lives.ts';
import { Scans } from '../scans.ts';

const GetFindingQuery = queryOf(GetFinding);

interface Note {
  readonly at: Date;
  readonly actor: string;
  readonly taken: boolean | null;
  readonly comment: string | null;
}

@QueryHandler(GetFindingQuery)
export class GetFindingHandler implements IQueryHandler<MessageOf<typeof GetFindingQuery>> {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(APP_DIRECTORY) private readonly directory: ServerDirectory,
    @Inject(PEOPLE) private readonly people: PersonNames,
    @Inject(FindingLives) private readonly lives: FindingLives,
    @Inject(Scans) private readonly scans: Scans,
  ) {}

  async execute({
    input: { serverId, findingId },
    context,
  }: MessageOf<typeof GetFindingQuery>): Promise<AnswerOf<typeof GetFindingQuery>> {
    const server = (await this.directory.refs([serverId])).get(serverId);
    const spans = await this.lives.of(serverId, findingId);
    const newest = spans.at(-1) ?? spans[0];
    const check = checkOf(newest.check_id);
    if (server === undefined || check === undefined) throw notFound('finding');
    const { rows: notes } = await sql<Note>`
      select at, actor, taken, comment from muster.posture_finding_notes
      where finding_id = ${findingId} and server_id = ${serverId} order by position`.execute(this.database.db);
    const people = await this.people.names([
      ...new Set([...notes.map(({ actor }) => actor), ...spans.flatMap(({ closed_by: by }) => by?.owner ?? [])]),
    ]);
    const person = (id: string): string => people.get(id) ?? 'somebody who was erased';
    const last = notes.findLast(({ taken }) => taken !== null);
    const owner = last?.taken === true ? last.actor : null;
    const said = notes.map(({ at, actor, taken, comment }): FindingMoment => {
      const by = { at: at.toISOString(), by: person(actor) };
      return taken === null ? { what: 'comment', ...by, comment: comment ?? '' } : { what: 'taken', ...by, taken };
    });
    return {
      check: viewOf(check),
      server: { serverId, ...server },
      subject: newest.subject,
      severity: newest.severity,
      open: newest.to_at === null,
      owner: owner === null ? null : person(owner),
      mine: owner === context.principal.actor,
      guide: stepsOf(check, newest),
      moments: [...momentsOf(spans, person), ...said].sort((a, b) => b.at.localeCompare(a.at)),
      scan: await this.scans.of(serverId),
    };
  }
}

function stepsOf(
  check: CheckDefinition,
  { subject, evidence }: FindingSpan,
): AnswerOf<typeof GetFindingQuery>['guide'] {
  const guide = guideFor(check, { subject, evidence });
  return guide === null ? null : { mend: [...guide.mend], undo: [...guide.undo] };
}

function momentsOf(spans: readonly FindingSpan[], person: (id: string) => string): FindingMoment[] {
  return spans.flatMap((span, index) => {
    const before = spans[index - 1];
    const after = spans[index + 1];
    const at = span.from_at.toISOString();
    const begun = before?.to_at?.getTime() !== span.from_at.getTime();
    const moments: FindingMoment[] = [];
    if (begun) moments.push({ what: 'opened', at, evidence: span.evidence });
    else if (span.changed_at.getTime() === span.from_at.getTime())
      moments.push({ what: 'changed', at, evidence: span.evidence });
    const covered = begun ? null : (before?.until ?? null);
    if (span.until !== null && span.until.getTime() !== covered?.getTime()) {
      moments.push({ what: 'accepted', at, until: span.until.toISOString(), reason: span.reason ?? '' });
    }
    if (span.until === null && covered !== null) moments.push({ what: 'open-again', at });
    if (span.to_at !== null && after?.from_at.getTime() !== span.to_at.getTime()) {
      const { closed_by: by } = span;
      const approval =
        by === null ? null : { owner: person(by.owner), approvedAt: by.approvedAt, reviewAt: by.reviewAt };
      moments.push({ what: 'closed', at: span.to_at.toISOString(), approval });
    }
    return moments;
  });
}
