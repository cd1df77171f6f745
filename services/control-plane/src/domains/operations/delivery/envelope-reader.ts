// Waits for signatures: the signer is another process, so a delivery may be here first. All waits of this gateway share
// one query per poll.
import type { Signed } from '@muster/contracts/agent';
import { finalTaskStates } from '@muster/contracts/operations';
import type { QueryPool } from '../../../platform/database/scoped-pool.ts';
import { openTasksIn } from './open-tasks.ts';

const POLL_MS = 4;
const DEADLINE_MS = 4000;

export interface Envelope {
  readonly serverId: string;
  readonly signed: Signed;
  /** Tasks of the same lane that were released earlier and that the server has not taken yet, in their order. */
  readonly earlier: readonly string[];
}

interface Row {
  task_id: string;
  server_id: string;
  state: string;
  envelope_body: Buffer | null;
  envelope_signature: string | null;
  envelope_key: string | null;
  earlier: string[];
}

type Kind = 'task' | 'cancel';
interface Waiting {
  readonly resolve: (envelope: Envelope | null) => void;
  readonly until: number;
}

const OVER = new Set<string>(finalTaskStates);
const IS_OVER = `t.state in (${finalTaskStates.map((state) => `'${state}'`).join(', ')})`;

/** A task without its signature brings no row: most of those who wait wait for just that, and are asked for often. */
const QUERY: Record<Kind, string> = {
  task: `select t.task_id, t.server_id, t.state, t.envelope_body, t.envelope_signature, t.envelope_key,
           array(select e.task_id::text from ${openTasksIn('t')} e where e.seq < t.seq and e.state = 'released'
                 order by e.seq) as earlier
         from muster.operations_tasks t
         where t.task_id = any($1) and (t.envelope_body is not null or ${IS_OVER})`,
  cancel: `select c.task_id, c.server_id, t.state, c.envelope_body, c.envelope_signature, c.envelope_key,
           array[]::text[] as earlier
           from muster.operations_cancels c join muster.operations_tasks t using (task_id) where c.task_id = any($1) and (c.envelope_body is not null or ${IS_OVER})`,
};

export class EnvelopeReader {
  readonly #waiting: Record<Kind, Map<string, Waiting[]>> = { task: new Map(), cancel: new Map() };
  #polling = false;

  constructor(private readonly pool: QueryPool) {}

  /** null: over, or not signed in time. */
  task(taskId: string): Promise<Envelope | null> {
    return this.#wait('task', taskId);
  }

  cancel(taskId: string): Promise<Envelope | null> {
    return this.#wait('cancel', taskId);
  }

  #wait(kind: Kind, taskId: string): Promise<Envelope | null> {
    return new Promise((resolve) => {
      const waiting = this.#waiting[kind];
      waiting.set(taskId, [...(waiting.get(taskId) ?? []), { resolve, until: Date.now() + DEADLINE_MS }]);
      if (!this.#polling) void this.#poll();
    });
  }

  async #poll(): Promise<void> {
    this.#polling = true;
    while (this.#waiting.task.size + this.#waiting.cancel.size > 0) {
      for (const kind of ['task', 'cancel'] as const) {
        if (this.#waiting[kind].size > 0) await this.#look(kind).catch(() => undefined);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    this.#polling = false;
  }

  async #look(kind: Kind): Promise<void> {
    const waiting = this.#waiting[kind];
    const { rows } = await this.pool.query<Row>(QUERY[kind], [[...waiting.keys()]]);
    for (const row of rows) {
      const envelope = envelopeOf(row);
      if (envelope || OVER.has(row.state)) this.#settle(kind, row.task_id, OVER.has(row.state) ? null : envelope);
    }
    const now = Date.now();
    for (const [taskId, waits] of waiting) if (waits.some((wait) => wait.until < now)) this.#settle(kind, taskId, null);
  }

  #settle(kind: Kind, taskId: string, envelope: Envelope | null): void {
    const waits = this.#waiting[kind].get(taskId) ?? [];
    this.#waiting[kind].delete(taskId);
    for (const { resolve } of waits) resolve(envelope);
  }
}

function envelopeOf(row: Row): Envelope | null {
  if (!row.envelope_body || !row.envelope_signature || !row.envelope_key) return null;
  return {
    serverId: row.server_id,
    signed: { body: row.envelope_body.toString('base64'), signature: row.envelope_signature, keyId: row.envelope_key },
    earlier: row.earlier,
  };
}
