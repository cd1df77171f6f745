// Desired against held, per server, and how long a change takes from the request to the proof.
import { Convergence } from '@muster/contracts/bans';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { APP_DIRECTORY, type ServerDirectory } from '../../servers/index.ts';
import { BansOverview } from '../overview.ts';
import { ServerRefs } from './server-refs.ts';

const ConvergenceQuery = queryOf(Convergence);

@QueryHandler(ConvergenceQuery)
export class ConvergenceHandler implements IQueryHandler<MessageOf<typeof ConvergenceQuery>> {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(APP_DIRECTORY) private readonly directory: ServerDirectory,
    @Inject(BansOverview) private readonly overview: BansOverview,
  ) {}

  async execute({ context }: MessageOf<typeof ConvergenceQuery>): Promise<AnswerOf<typeof ConvergenceQuery>> {
    const { tenantId } = context.principal;
    const [present, states, latency] = await Promise.all([
      new ServerRefs(this.directory).all(tenantId),
      this.overview.servers(tenantId),
      this.#latency(),
    ]);
    const known = new Map(states.map((state) => [state.serverId, state]));
    const servers = [...present.values()].map((server) => {
      const state = known.get(server.serverId);
      return {
        server,
        desired: state?.desired ?? 0,
        held: state?.held ?? null,
        state: state?.state ?? ('observed' as const),
        checkedAt: state?.checkedAt?.toISOString() ?? null,
      };
    });
    return { servers, ...latency };
  }

  /** Over the last day, the newest thousand at most. */
  async #latency(): Promise<{ p50Ms: number | null; p95Ms: number | null }> {
    const { rows } = await sql<{ p50: number | null; p95: number | null }>`
      select percentile_cont(0.5) within group (order by took) as p50,
        percentile_cont(0.95) within group (order by took) as p95
      from (select extract(epoch from enforced_at - asked_at)::float8 * 1000 as took from muster.bans_enforcements
            where enforced_at > now() - interval '1 day' order by enforced_at desc limit 1000) newest`.execute(
      this.database.db,
    );
    return { p50Ms: rows[0]?.p50 ?? null, p95Ms: rows[0]?.p95 ?? null };
  }
}
