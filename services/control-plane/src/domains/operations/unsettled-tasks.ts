// What servers were asked to do and nobody knows how it ended, and updates of agents that were taken back: for the domain
// that judges servers.
import { InstallRelease } from '@muster/contracts/releases';
import { sql } from 'kysely';
import type { Connection } from '../../platform/database/database.ts';
import { receiptCode } from './receipt-code.ts';

const MOST = 20;
/** How the program that switches releases says that the former one runs again, or none does. */
const TAKEN_BACK = ['fell-back', 'stuck'];

export interface Unsettled {
  readonly tasks: readonly { readonly task: string; readonly since: Date }[];
  readonly update: { readonly at: Date; readonly error: string } | null;
}

export class UnsettledTasks {
  constructor(private readonly database: Connection) {}

  /** A server of which nothing is unsettled is left out. */
  async of(serverIds: readonly string[]): Promise<ReadonlyMap<string, Unsettled>> {
    const [open, updates] = await Promise.all([this.#open(serverIds), this.#updates(serverIds)]);
    return new Map(
      [...new Set([...open.keys(), ...updates.keys()])].map((id) => [
        id,
        { tasks: (open.get(id) ?? []).slice(0, MOST), update: updates.get(id) ?? null },
      ]),
    );
  }

  async #open(serverIds: readonly string[]) {
    const { rows } = await sql<{ server_id: string; task: string; since: Date }>`
      select server_id, task, coalesce(accepted_at, released_at, requested_at) as since from muster.operations_tasks
      where server_id = any(${serverIds}::uuid[]) and state = 'unknown'
        and state not in ('succeeded', 'failed', 'expired', 'cancelled')
      order by place`.execute(this.database.db);
    return Map.groupBy(rows, (row) => row.server_id);
  }

  async #updates(serverIds: readonly string[]) {
    const { rows } = await sql<{
      server_id: string;
      at: Date | null;
      error: string | null;
      receipt_body: Buffer | null;
    }>`
      select last.* from unnest(${serverIds}::uuid[]) as s(id)
      cross join lateral (
        select server_id, finished_at as at, error, receipt_body from muster.operations_tasks
        where server_id = s.id and lane = 'job' and task = ${InstallRelease.name} order by place desc limit 1) last`.execute(
      this.database.db,
    );
    return new Map(
      rows.flatMap(({ server_id: id, at, error, receipt_body: body }) =>
        at !== null && TAKEN_BACK.includes(receiptCode(body) ?? '')
          ? [[id, { at, error: error ?? 'It was taken back' }] as const]
          : [],
      ),
    );
  }
}
