// The signer: holds the task key, listens to nobody. It reads which tasks were released, checks each against its events
// and against policy, and signs an envelope for exactly one server. What policy does not cover it refuses, as an event.
import type { CancelEnvelope, TaskEnvelope } from '@muster/contracts/agent';
import { TaskRequested, TaskSigned, TaskSigningRefused } from '@muster/contracts/operations';
import { canonicalBytes, canonicalText } from '@muster/kernel/canonical-json';
import { signFor, type SigningKey } from '@muster/kernel/signing';
import type pg from 'pg';
import type { EventStore, StoredEvent } from '../../../platform/event-store/index.ts';
import { ServerStandings, type ServerState } from '../../servers/index.ts';
import { NOT_HELD } from '../recovery/dispatch-hold.ts';
import { taskDefinition } from '../operation-requests.ts';
import { taskStream } from '../task.aggregate.ts';
import { TaskLog, type TaskSnapshot } from '../delivery/task-log.ts';

/** An envelope is good for this long at most; a server that is away longer gets a fresh one. */
const ENVELOPE_SECONDS = 12 * 3600;
const CANCEL_SECONDS = 3600;
/** The dispatcher has seen to it that its time has come; a server whose clock is behind must not refuse it for that. */
const CLOCK_SLACK_MS = 24 * 3600_000;
const BATCH = 500;

interface Unsigned extends TaskSnapshot {
  server_id: string;
  lane: TaskEnvelope['lane'];
  seq: number;
  task: string;
  args: TaskEnvelope['args'];
  not_before: Date;
  expires_at: Date;
  actor: string;
}

/** What a line is about: `correlationId` is that of the action which led to the task. */
interface About {
  readonly correlationId: string | undefined;
  readonly task: string;
}

export interface SignerLog {
  debug(about: About, sentence: string): void;
  warn(about: About, sentence: string): void;
}

export class TaskSigner {
  readonly #tasks: TaskLog;
  readonly #servers: ServerStandings;
  readonly #signedLately = new Map<string, Map<number, number>>();

  constructor(
    private readonly pool: pg.Pool,
    private readonly store: EventStore,
    private readonly key: SigningKey,
    private readonly log: SignerLog,
  ) {
    this.#tasks = new TaskLog(store, pool, { actor: 'signer', actorKind: 'system' });
    this.#servers = new ServerStandings(store);
  }

  /** Number of tasks and cancels that were judged. */
  async run(): Promise<number> {
    const { rows } = await this.pool.query<Unsigned>(
      `select t.task_id, t.state, t.version, t.server_id, t.lane, t.seq, t.task, t.args, t.not_before, t.expires_at,
         t.actor
       from muster.operations_tasks t
       where t.state = 'released' and t.signed_at is null and ${NOT_HELD} order by t.released_at limit ${BATCH}`,
    );
    const [asked, servers] = await Promise.all([
      this.#requestsOf(rows),
      this.#servers.of(rows.map((row) => row.server_id)),
    ]);
    await Promise.all(
      rows.map((row) => this.#judge(row, asked.get(row.task_id) ?? null, servers.get(row.server_id) ?? null)),
    );
    return rows.length + (await this.#signCancels());
  }

  /** The events that asked for these tasks, by task. */
  async #requestsOf(rows: readonly Unsigned[]): Promise<ReadonlyMap<string, StoredEvent>> {
    if (rows.length === 0) return new Map();
    const histories = await this.store.readStreams(new Map(rows.map((row) => [taskStream(row.task_id), 1])));
    const first = histories.filter((event) => event.streamVersion === 1);
    const byStream = new Map(first.map((event) => [event.streamId, event]));
    return new Map(
      rows.flatMap((row) => {
        const event = byStream.get(taskStream(row.task_id));
        return event === undefined ? [] : [[row.task_id, event] as const];
      }),
    );
  }

  async #judge(row: Unsigned, requested: StoredEvent | null, server: ServerState | null): Promise<void> {
    const refusal = this.#objection(row, requested, server);
    const about = { correlationId: requested?.meta.correlation, task: row.task_id };
    if (refusal !== null) {
      this.log.warn(about, `not signed: ${refusal}`);
      await this.#tasks.record(row, TaskSigningRefused, { taskId: row.task_id, reason: refusal }, 'signature');
      return;
    }
    const envelope: TaskEnvelope = {
      v: 1,
      task: row.task_id,
      server: row.server_id,
      lane: row.lane,
      seq: row.seq,
      name: row.task,
      args: row.args,
      notBefore: new Date(row.not_before.getTime() - CLOCK_SLACK_MS).toISOString(),
      notAfter: new Date(Math.min(row.expires_at.getTime(), Date.now() + ENVELOPE_SECONDS * 1000)).toISOString(),
      actor: row.actor,
      approvals: [],
      key: this.key.keyId,
    };
    const bytes = canonicalBytes(envelope);
    await this.#tasks.record(
      row,
      TaskSigned,
      {
        taskId: row.task_id,
        envelope: {
          body: Buffer.from(bytes).toString('base64'),
          signature: signFor('muster/task/v1', this.key, bytes),
          keyId: this.key.keyId,
        },
      },
      'signature',
    );
    this.log.debug(about, 'signed');
  }

  /** Why this task must not be signed, in a sentence; null when it may. */
  #objection(row: Unsigned, requested: StoredEvent | null, server: ServerState | null): string | null {
    if (row.expires_at <= new Date()) return 'Its time is over';
    if (!server?.confirmed || server.retired || server.quarantined)
      return 'Its server is not one that Muster may change';
    const definition = taskDefinition(row.task);
    // Being taken back to observe is the one thing that an observed capability is still told.
    const endsManagement = row.task === 'bans.manage@1' && row.args['managed'] === false;
    const managed = server.managed.some((one) => one === definition.capability);
    if (!managed && definition.inObserve !== true && !endsManagement) {
      return `${definition.capability} is only observed on its server`;
    }
    if (!definition.args.safeParse(row.args).success) return 'Its content does not fit the task';
    // The row is only a table; what counts is the event that asked for it.
    const asked = requested?.type === TaskRequested.type ? TaskRequested.schema.safeParse(requested.data) : undefined;
    const same =
      asked?.success === true &&
      asked.data.serverId === row.server_id &&
      asked.data.task === row.task &&
      asked.data.lane === row.lane &&
      canonicalText(asked.data.args) === canonicalText(row.args);
    if (!same) return 'The task table says something else than the event that asked for it';
    if (!this.#withinRate(row.task, definition.maxPerMinute)) {
      return `More than ${definition.maxPerMinute} tasks a minute for ${row.task}`;
    }
    return null;
  }

  /** Counts per second over the last minute: cheap at any rate. */
  #withinRate(task: string, limit: number): boolean {
    const second = Math.floor(Date.now() / 1000);
    const counts = this.#signedLately.get(task) ?? new Map<number, number>();
    let lately = 0;
    for (const [at, count] of counts) {
      if (at <= second - 60) counts.delete(at);
      else lately += count;
    }
    if (lately >= limit) return false;
    counts.set(second, (counts.get(second) ?? 0) + 1);
    this.#signedLately.set(task, counts);
    return true;
  }

  async #signCancels(): Promise<number> {
    const { rows } = await this.pool.query<{ task_id: string; server_id: string }>(
      `select c.task_id, c.server_id from muster.operations_cancels c
       join muster.operations_tasks t using (task_id)
       join muster.operations_operations o using (operation_id)
       where c.envelope_body is null and o.cancel_requested order by c.requested_at limit ${BATCH}`,
    );
    for (const row of rows) {
      const now = Date.now();
      const envelope: CancelEnvelope = {
        v: 1,
        task: row.task_id,
        server: row.server_id,
        issuedAt: new Date(now).toISOString(),
        notAfter: new Date(now + CANCEL_SECONDS * 1000).toISOString(),
        key: this.key.keyId,
      };
      const bytes = Buffer.from(canonicalBytes(envelope));
      await this.pool.query(
        `update muster.operations_cancels set envelope_body = $2, envelope_signature = $3, envelope_key = $4
         where task_id = $1`,
        [row.task_id, bytes, signFor('muster/cancel/v1', this.key, bytes), this.key.keyId],
      );
    }
    return rows.length;
  }
}
