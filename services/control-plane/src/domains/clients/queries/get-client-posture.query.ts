// What is open on a client's sites. Whose a finding is is decided by the database, from whose document root or name it is.
import { GetClientPosture } from '@muster/contracts/clients';
import type { Evidence, Severity } from '@muster/contracts/posture';
import { checkOf } from '@muster/posture/checks';
import { FORMULA, scoreOf } from '@muster/posture/score';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import { ClientRepository } from '../client-repository.ts';
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
interface WeighedRow {
  readonly server_id: string;
  readonly check_id: string;
  readonly severity: Severity;
}
interface JudgedRow {
  readonly server_id: string;
  readonly name: string;
  readonly judged_at: Date | null;
  readonly not_known: number;
}

@QueryHandler(GetClientPostureQuery)
export class GetClientPostureHandler implements IQueryHandler<MessageOf<typeof GetClientPostureQuery>> {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(ClientRepository) private readonly clients: ClientRepository,
  ) {}

  async execute({
    input: { clientId },
  }: MessageOf<typeof GetClientPostureQuery>): Promise<AnswerOf<typeof GetClientPostureQuery>> {
    const state = await this.clients.client(clientId);
    if (!state || state.archived) throw notFound('client');
    const places = JSON.stringify(siteChecks);
    const [found, weighed, judged] = await Promise.all([
      sql<FoundRow>`
        select f.* from muster.client_findings(${clientId}::uuid, ${places}::jsonb, null) f
        order by f.accepted_until is not null,
          array_position(array['critical', 'high', 'medium', 'low'], f.severity), f.check_id, f.opened_at, f.finding_id
        limit ${MOST + 1}`.execute(this.database.db),
      sql<WeighedRow>`
        select f.server_id, f.check_id, f.severity from muster.client_findings(${clientId}::uuid, ${places}::jsonb, null) f
        where f.accepted_until is null`.execute(this.database.db),
      sql<JudgedRow>`
        select s.server_id, s.name, j.judged_at, j.not_known
        from muster.client_judged(${clientId}::uuid, ${places}::jsonb) j
        join muster.client_servers(${clientId}::uuid) s using (server_id) order by s.name`.execute(this.database.db),
    ]);
    return {
      score: clientScore(judged.rows, weighed.rows),
      formula: FORMULA,
      findings: found.rows.slice(0, MOST).map(viewOf),
      more: found.rows.length > MOST,
      servers: judged.rows.map(({ name, judged_at: judgedAt, not_known: notKnown }) => ({
        name,
        judgedAt: judgedAt?.toISOString() ?? null,
        notKnown,
      })),
    };
  }
}

/** As the fleet's score is the mean of its servers', of each server only what is the client's there. */
function clientScore(servers: readonly JudgedRow[], open: readonly WeighedRow[]): number | null {
  const scores = servers
    .filter(({ judged_at: judgedAt }) => judgedAt !== null)
    .map(({ server_id: server }) =>
      scoreOf(
        open
          .filter((one) => one.server_id === server)
          .map(({ check_id: id, severity }) => ({ area: checkOf(id)?.area ?? 'web', severity })),
      ),
    );
  if (scores.length === 0) return null;
  return Math.round((scores.reduce((sum, score) => sum + score, 0) / scores.length) * 10) / 10;
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
