// Which operation of ours changed a server in a span of time: what changed there otherwise was somebody else.
import { sql } from 'kysely';
import type { Connection } from '../../platform/database/database.ts';

export class OwnChanges {
  constructor(private readonly database: Connection) {}

  /** The last one whose task was carried out there then, bans aside: they touch nothing but bans. */
  async lastBetween(serverId: string, from: Date, to: Date): Promise<string | null> {
    const { rows } = await sql<{ operation_id: string }>`
      select operation_id from muster.operations_tasks
      where server_id = ${serverId} and lane = 'change' and state = 'succeeded'
        and accepted_at <= ${to} and finished_at >= ${from}
      order by finished_at desc limit 1`.execute(this.database.db);
    return rows[0]?.operation_id ?? null;
  }
}
