// Every check's answer for one server: what is wrong and since when, what is not known and why, and which probes said so.
import { GetServerPosture, type CheckState, type ProbeReport } from '@muster/contracts/posture';
import { checks } from '@muster/posture/checks';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { momentOf } from '../../../platform/cqrs/past-moment.ts';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import { APP_DIRECTORY, type ServerDirectory } from '../../servers/index.ts';
import { askedNow, type Asked } from '../cells.ts';
import { summaryOf } from '../check-views.ts';
import { FindingViews } from '../finding-views.ts';
import { standing } from '../moments.ts';
import { COMPARED_PROBES, outsideViewOf } from '../outside-view.ts';
import { Scans } from '../scans.ts';
import { reportsByProbe } from '../server-posture.aggregate.ts';

const GetServerPostureQuery = queryOf(GetServerPosture);
type Answer = AnswerOf<typeof GetServerPostureQuery>;

@QueryHandler(GetServerPostureQuery)
export class GetServerPostureHandler implements IQueryHandler<MessageOf<typeof GetServerPostureQuery>> {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(APP_DIRECTORY) private readonly directory: ServerDirectory,
    @Inject(FindingViews) private readonly findings: FindingViews,
    @Inject(Scans) private readonly scans: Scans,
  ) {}

  async execute({ input: { serverId, at } }: MessageOf<typeof GetServerPostureQuery>): Promise<Answer> {
    const server = (await this.directory.refs([serverId])).get(serverId);
    if (server === undefined) throw notFound('server');
    const moment = momentOf(at, new Date());
    const [found, coverage, reports, outside, score, scan] = await Promise.all([
      this.findings.list(sql`where f.server_id = ${serverId} and ${standing('f', moment)} order by f.opened_position`),
      this.#coverage(serverId, moment),
      // What was read then is not kept: of the past there is what was made of it.
      moment === null ? this.#reports(serverId) : [],
      moment === null ? this.#outside(serverId) : null,
      this.#score(serverId, moment),
      moment === null ? this.scans.of(serverId) : null,
    ]);
    return {
      server: { serverId, ...server },
      score: score ? Number(score.score) : null,
      counts: score ? countsOf(score) : { critical: 0, high: 0, medium: 0, low: 0, accepted: 0, unknown: 0 },
      judgedAt: moment === null ? (score?.judged_at?.toISOString() ?? null) : null,
      policy: score?.policy ?? 0,
      checks: checks
        .filter(({ id }) => moment === null || (coverage?.asked(id) ?? true))
        .map((check) => {
          const mine = found.filter(({ checkId }) => checkId === check.id).map(({ view }) => view);
          const not = coverage?.uncovered.get(check.id);
          // Before the first judgement nothing is known, and that is not "fine".
          const silent: { state: CheckState; why: string | null } = score
            ? { state: 'pass', why: null }
            : { state: 'unknown', why: 'This server has not been judged yet' };
          const state = mine.length > 0 ? { state: 'fail' as const, why: not?.why ?? null } : (not ?? silent);
          return { ...summaryOf(check), ...state, findings: mine };
        }),
      reports,
      outside,
      scan,
    };
  }

  async #coverage(serverId: string, at: Date | null): Promise<Coverage | undefined> {
    const { rows } = await sql<{
      asked: Asked | null;
      uncovered: { checkId: string; state: CheckState; why: string }[];
    }>`
      select asked, uncovered from muster.posture_coverage c where server_id = ${serverId} and ${standing('c', at)}`.execute(
      this.database.db,
    );
    const [row] = rows;
    if (row === undefined) return undefined;
    const asked = new Set(Object.values(row.asked ?? askedNow).flat());
    return {
      asked: (id) => asked.has(id),
      uncovered: new Map(row.uncovered.map(({ checkId, state, why }) => [checkId, { state, why }])),
    };
  }

  async #reports(serverId: string): Promise<Answer['reports']> {
    const { rows } = await sql<{ probe: string; at: Date; report: ProbeReport }>`
      select probe, at, report from muster.posture_reports where server_id = ${serverId} order by probe`.execute(
      this.database.db,
    );
    return rows.map(({ probe, at, report: { durationMs, error, unreadable } }) => ({
      probe,
      at: at.toISOString(),
      durationMs,
      error,
      unreadable,
    }));
  }

  /** With what the server says of the same things. */
  async #outside(serverId: string): Promise<Answer['outside']> {
    const { rows } = await sql<{ report: ProbeReport }>`
      select report from muster.posture_outside_reports where server_id = ${serverId}
      union all select report from muster.posture_reports where server_id = ${serverId} and probe = any(${COMPARED_PROBES})`.execute(
      this.database.db,
    );
    return outsideViewOf(reportsByProbe(rows.map(({ report }) => report)), new Date());
  }

  async #score(serverId: string, at: Date | null): Promise<Score | undefined> {
    const { rows } = await sql<Score>`
      select s.score, s.critical, s.high, s.medium, s.low, s.accepted, s.unknown, j.judged_at, j.policy
      from muster.posture_scores s left join muster.posture_judgements j using (server_id)
      where s.server_id = ${serverId} and ${standing('s', at)}`.execute(this.database.db);
    return rows[0];
  }
}

interface Coverage {
  readonly asked: (checkId: string) => boolean;
  readonly uncovered: ReadonlyMap<string, { state: CheckState; why: string }>;
}

type Score = Answer['counts'] & {
  readonly score: string;
  readonly judged_at: Date | null;
  readonly policy: number | null;
};

const countsOf = ({ critical, high, medium, low, accepted, unknown }: Score): Answer['counts'] => ({
  critical,
  high,
  medium,
  low,
  accepted,
  unknown,
});
