// What is open on a client's sites, or was at a past moment. Whose a finding is is decided by the database, from whose document root or name it is.
import { GetClientPosture } from '@muster/contracts/clients';
import type { Evidence, Severity } from '@muster/contracts/posture';
import { checkOf } from '@muster/posture/checks';
import { FORMULA } from '@muster/posture/score';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { momentOf } from '../../../platform/cqrs/past-moment.ts';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import { ClientRepository } from '../client-repository.ts';
import { clientScore, type WeighedFinding } from '../client-score.ts';
import { siteChecks } from '../site-checks.ts';

const GetClientPostureQuery = queryOf(GetClientPosture);
const MOST = 200;

interface FoundRow {
  readonly finding_id: string;
  readonly server: string;
  readonly check_id: string;
  readonly severity: Severity;
  readonly site: string | null;
  readonly evidence: Evidence;
  readonly opened_at: Date;
  readonly accepted_until: Date | null;
}
interface JudgedRow {
  readonly server_id: string;
  readonly server: string;
  readonly judged: boolean;
  readonly judged_at: Date | null;
  /** null: nothing was said of it yet. */
  readonly not_known: number | null;
}

@QueryHandler(GetClientPostureQuery)
export class GetClientPostureHandler implements IQueryHandler<MessageOf<typeof GetClientPostureQuery>> {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(ClientRepository) private readonly clients: ClientRepository,
  ) {}

  async execute({
    input: { clientId, at },
  }: MessageOf<typeof GetClientPostureQuery>): Promise<AnswerOf<typeof GetClientPostureQuery>> {
    const state = await this.clients.client(clientId);
    if (!state || state.archived) throw notFound('client');
    const moment = momentOf(at, new Date());
    const places = JSON.stringify(siteChecks);
    const [found, weighed, judged] = await Promise.all([
      sql<FoundRow>`
        select f.* from muster.client_findings(${clientId}::uuid, ${places}::jsonb, ${moment}::timestamptz) f
        order by f.accepted_until is not null,
          array_position(array['critical', 'high', 'medium', 'low'], f.severity), f.check_id, f.opened_at, f.finding_id
        limit ${MOST + 1}`.execute(this.database.db),
      sql<WeighedFinding>`
        select f.server_id as "serverId", f.check_id as "checkId", f.severity
        from muster.client_findings(${clientId}::uuid, ${places}::jsonb, ${moment}::timestamptz) f
        where f.accepted_until is null`.execute(this.database.db),
      sql<JudgedRow>`
        select * from muster.client_judged(${clientId}::uuid, ${places}::jsonb, ${moment}::timestamptz) order by server`.execute(
        this.database.db,
      ),
    ]);
    return {
      score: clientScore(
        judged.rows.flatMap((row) => (row.judged ? [row.server_id] : [])),
        weighed.rows,
      ),
      formula: FORMULA,
      findings: found.rows.slice(0, MOST).map(viewOf),
      more: found.rows.length > MOST,
      servers: judged.rows.map(({ server: name, judged: is, judged_at: judgedAt, not_known: notKnown }) => ({
        name,
        judged: is,
        judgedAt: judgedAt?.toISOString() ?? null,
        notKnown: notKnown ?? 0,
      })),
    };
  }
}

function viewOf(row: FoundRow): AnswerOf<typeof GetClientPostureQuery>['findings'][number] {
  const check = checkOf(row.check_id);
  return {
    findingId: row.finding_id,
    check: {
      checkId: row.check_id,
      title: check?.title ?? row.check_id,
      area: check?.area ?? 'web',
      why: check?.why ?? '',
    },
    severity: row.severity,
    server: row.server,
    site: row.site,
    evidence: row.evidence,
    words: Object.fromEntries(Object.keys(row.evidence).map((field) => [field, check?.evidence[field] ?? field])),
    since: row.opened_at.toISOString(),
    acceptedUntil: row.accepted_until?.toISOString() ?? null,
  };
}
