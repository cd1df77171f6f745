// How much is recorded, how much is signed, and what each witness has seen.
import { GetCheckpoint } from '@muster/contracts/audit';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { LogProofs } from '../../../platform/proofs/log-proofs.ts';
import { APP_DIRECTORY, type ServerDirectory } from '../../servers/index.ts';
import { CheckpointView } from '../checkpoint-view.ts';

const GetCheckpointQuery = queryOf(GetCheckpoint);

@QueryHandler(GetCheckpointQuery)
export class GetCheckpointHandler implements IQueryHandler<MessageOf<typeof GetCheckpointQuery>> {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(LogProofs) private readonly proofs: LogProofs,
    @Inject(CheckpointView) private readonly checkpoints: CheckpointView,
    @Inject(APP_DIRECTORY) private readonly servers: ServerDirectory,
  ) {}

  async execute({ context }: MessageOf<typeof GetCheckpointQuery>): Promise<AnswerOf<typeof GetCheckpointQuery>> {
    const { rows } = await this.database.pool.query<{ size: string | number; oldest: number | null }>(
      `select size, (select (extract(epoch from clock_timestamp() - min(recorded_at)) * 1000)::float8 from es.pending) as oldest
       from es.log_state`,
    );
    const [checkpoint, witnesses, fleet] = await Promise.all([
      this.proofs.newestCheckpoint(),
      this.checkpoints.witnesses(),
      this.servers.resolve(context.principal.tenantId, { kind: 'fleet' }),
    ]);
    const seen = new Map(witnesses.map((witness) => [witness.serverId, witness]));
    return {
      checkpoint: checkpoint === null ? null : await this.checkpoints.newest(checkpoint),
      size: Number(rows[0]?.size ?? 0),
      oldestPendingMs: rows[0]?.oldest == null ? null : Math.max(0, rows[0].oldest),
      witnesses: (fleet ?? []).map(({ serverId, name }) => {
        const witness = seen.get(serverId);
        return { serverId, name, size: witness?.size ?? null, at: witness?.at.toISOString() ?? null };
      }),
    };
  }
}
