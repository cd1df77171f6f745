// What the last restore lost, and which servers it still waits for.
import { GetRecovery, type RecoveryView } from '@muster/contracts/operations';
import { sameLog } from '@muster/kernel/log-origin';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { TRUST, type Trust } from '../../../platform/keys/trust.ts';
import { progressOf } from '../recovery/progress.ts';

const GetRecoveryQuery = queryOf(GetRecovery);

interface HoldRow {
  hold_id: string;
  epoch: number;
  backup_taken_at: Date;
  began_at: Date;
  ended_at: Date | null;
  size: string | number;
}

@QueryHandler(GetRecoveryQuery)
export class GetRecoveryHandler implements IQueryHandler<MessageOf<typeof GetRecoveryQuery>> {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(TRUST) private readonly trust: Trust,
  ) {}

  async execute({ context }: MessageOf<typeof GetRecoveryQuery>): Promise<AnswerOf<typeof GetRecoveryQuery>> {
    const { tenantId } = context.principal;
    const { rows } = await this.database.pool.query<HoldRow>(
      `select hold_id, epoch, backup_taken_at, began_at, ended_at, size from muster.operations_holds
       where tenant_id = $1 order by began_at desc limit 1`,
      [tenantId],
    );
    const [hold] = rows;
    if (hold === undefined) return { recovery: null };
    const { servers, collected, waitingFor } = await progressOf(this.database.pool, { holdId: hold.hold_id, tenantId });
    return {
      recovery: {
        holdId: hold.hold_id,
        epoch: hold.epoch,
        backupTakenAt: hold.backup_taken_at.toISOString(),
        heldSince: hold.began_at.toISOString(),
        resumedAt: hold.ended_at?.toISOString() ?? null,
        servers,
        collected,
        waitingFor: waitingFor.slice(0, 200),
        lostEvents: await this.#lostEvents(hold),
        lostActions: await this.#lostActions(hold.hold_id),
      },
    };
  }

  /** The longest tree that a server says it had witnessed before, against what the backup held. */
  async #lostEvents(hold: HoldRow): Promise<number> {
    const { rows } = await this.database.pool.query<{ head_origin: string; head_size: string | number }>(
      'select head_origin, head_size from muster.operations_journals where hold_id = $1 and head_origin is not null',
      [hold.hold_id],
    );
    const { origin } = this.trust.keyset;
    const sizes = rows
      .filter(({ head_origin }) => head_origin !== origin && sameLog(head_origin, origin))
      .map(({ head_size }) => Number(head_size));
    return Math.max(0, Math.max(0, ...sizes) - Number(hold.size));
  }

  async #lostActions(holdId: string): Promise<RecoveryView['lostActions']> {
    const { rows } = await this.database.pool.query<{
      server_id: string;
      name: string;
      task_id: string;
      state: RecoveryView['lostActions'][number]['state'];
      task: string | null;
      actor: string | null;
      at: Date;
      outcome: string | null;
    }>(
      `select l.server_id, s.name, l.task_id, l.state, l.task, l.actor, l.at, l.outcome
       from muster.operations_lost_actions l join muster.servers_servers s using (server_id)
       where l.hold_id = $1 order by l.at desc limit 1000`,
      [holdId],
    );
    return rows.map((row) => ({
      serverId: row.server_id,
      serverName: row.name,
      taskId: row.task_id,
      state: row.state,
      task: row.task,
      actor: row.actor,
      at: row.at.toISOString(),
      outcome: row.outcome,
    }));
  }
}
