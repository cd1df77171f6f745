// Which tasks of ours were carried out on a server in a span of time: what changed there otherwise was somebody else.
import { sql } from 'kysely';
import type { Connection } from '../../platform/database/database.ts';

export interface CarriedOut {
  readonly operationId: string;
  /** As the catalogue of tasks names it: `bans.manage@1`. */
  readonly task: string;
}

export class OwnChanges {
  constructor(private readonly database: Connection) {}

  /** Of these tasks, those that succeeded and were under way then, the newest first. */
  async between(serverId: string, tasks: readonly string[], from: Date, to: Date): Promise<readonly CarriedOut[]> {
    const { rows } = await sql<CarriedOut>`
      select operation_id as "operationId", task from muster.operations_tasks
      where server_id = ${serverId} and task = any(${tasks}::text[]) and state = 'succeeded'
        and accepted_at <= ${to} and finished_at >= ${from}
      order by finished_at desc limit 20`.execute(this.database.db);
    return rows;
  }
}
