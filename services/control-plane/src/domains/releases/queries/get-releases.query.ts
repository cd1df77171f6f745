// Releases, what the fleet runs, and rollouts with their waves: one page.
import { GetReleases, type RolloutView } from '@muster/contracts/releases';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { OperationRows } from '../../operations/index.ts';
import { APP_AGENTS, type AgentFleet } from '../../servers/index.ts';
import { ReleaseShelf } from '../release-shelf.ts';

const GetReleasesQuery = queryOf(GetReleases);
const SHOWN = 10;

interface RolloutRow {
  rollout_id: string;
  version: string;
  state: RolloutView['state'];
  canary: number;
  step: number;
  window_seconds: number;
  reason: string;
  started_at: Date;
  ended_at: Date | null;
  because: RolloutView['because'];
}

type WaveCounts = Pick<RolloutView['waves'][number], 'proven' | 'failed' | 'missed'>;

interface WaveRow {
  rollout_id: string;
  wave: number;
  operation_id: string;
  servers: number;
  proven: number;
  failed: number;
  missed: number;
  started_at: Date;
}

@QueryHandler(GetReleasesQuery)
export class GetReleasesHandler implements IQueryHandler<MessageOf<typeof GetReleasesQuery>> {
  constructor(
    @Inject(ReleaseShelf) private readonly shelf: ReleaseShelf,
    @Inject(APP_AGENTS) private readonly agents: AgentFleet,
    @Inject(OperationRows) private readonly operations: OperationRows,
    @Inject(APP_DATABASE) private readonly database: Connection,
  ) {}

  async execute({ context }: MessageOf<typeof GetReleasesQuery>): Promise<AnswerOf<typeof GetReleasesQuery>> {
    const { tenantId } = context.principal;
    const [releases, versions, rollouts] = await Promise.all([
      this.shelf.releases(),
      this.agents.versions(tenantId),
      this.#rollouts(tenantId),
    ]);
    return { releases, versions: [...versions], rollouts };
  }

  async #rollouts(tenantId: string): Promise<RolloutView[]> {
    const { rows } = await sql<RolloutRow>`
      select * from muster.releases_rollouts where tenant_id = ${tenantId}
      order by state = 'running' desc, started_at desc limit ${SHOWN}`.execute(this.database.db);
    const { rows: waves } = await sql<WaveRow>`
      select * from muster.releases_waves where rollout_id = any(${rows.map((row) => row.rollout_id)}::uuid[])
      order by wave`.execute(this.database.db);
    const counts = await this.#underWay(waves);
    return rows.map((row) => ({
      rolloutId: row.rollout_id,
      version: row.version,
      state: row.state,
      canary: row.canary,
      step: row.step,
      windowSeconds: row.window_seconds,
      reason: row.reason,
      startedAt: row.started_at.toISOString(),
      endedAt: row.ended_at?.toISOString() ?? null,
      because: row.because,
      waves: waves
        .filter((wave) => wave.rollout_id === row.rollout_id)
        .map(({ wave, operation_id, servers, proven, failed, missed, started_at }) => ({
          wave,
          operationId: operation_id,
          startedAt: started_at.toISOString(),
          servers,
          ...(counts.get(operation_id) ?? { proven, failed, missed }),
        })),
    }));
  }

  /** How far a wave is that has not ended: its operation knows. */
  async #underWay(waves: readonly WaveRow[]): Promise<ReadonlyMap<string, WaveCounts>> {
    const open = waves.filter(({ servers, proven, failed, missed }) => proven + failed + missed < servers);
    const ids = open.map((wave) => wave.operation_id);
    const rows = await this.operations.list(sql`o.operation_id = any(${ids}::uuid[])`, ids.length);
    return new Map(
      rows.map(({ operationId, counts }) => [
        operationId,
        {
          proven: counts.succeeded ?? 0,
          failed: counts.failed ?? 0,
          missed: (counts.expired ?? 0) + (counts.cancelled ?? 0),
        },
      ]),
    );
  }
}
