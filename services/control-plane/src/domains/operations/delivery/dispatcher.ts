// Releases tasks whose turn has come: server connected, nothing before it in its lane. A release is an event; then the
// task's id goes to the gateway that holds the server. The sweep does the same for whatever was lost on the way.
import { setTimeout as sleep } from 'node:timers/promises';
import { TaskExpired, TaskOutcomeUnknown, TaskReleased } from '@muster/contracts/operations';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { WORKER_STORE } from '../../../platform/composition/tokens.ts';
import { SETTINGS, type Settings } from '../../../platform/config/settings.ts';
import { WORKER_DATABASE, type Connection } from '../../../platform/database/database.ts';
import type { EventStore, HintBus } from '../../../platform/event-store/index.ts';
import { HINTS } from '../../../platform/hints/hints.ts';
import {
  DELIVERY,
  type DeliveryKind,
  type DeliveryQueue,
  type DeliveryTransport,
} from '../../../platform/queue/delivery-queue.ts';
import { BARRIERS, TASKS_REQUESTED } from '../operation-requests.ts';
import { isHeld, NOT_HELD } from '../recovery/dispatch-hold.ts';
import { openTasksIn } from './open-tasks.ts';
import { TaskLog, type TaskSnapshot } from './task-log.ts';

/** Wakes the signer's process: a task waits for its signature. */
export const TASKS_RELEASED = 'tasks.released';

/** How many tasks of a lane may be on their way to one server at once. Guard never waits; the others keep strict order. */
const IN_FLIGHT = { guard: 64, change: 1, job: 1 } as const;
const BATCH = 2000;
const POLL_MS = 500;
const BREATH_MS = 5;
/** After its end a task that the server took is asked for this long before its outcome counts as unknown. */
const GRACE_SECONDS = 30;
/** A delivery that brought no acceptance for this long is put on the queue again. */
const REDELIVER_SECONDS = 5;

interface Ready extends TaskSnapshot {
  server_id: string;
  lane: string;
  gateway_id: string;
}

@Injectable()
export class Dispatcher implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #log = new Logger('Dispatcher');
  readonly #queues = new Map<string, DeliveryQueue>();
  readonly #tasks: TaskLog;
  #timer: NodeJS.Timeout | undefined;
  #sweeper: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #stopped = false;
  #unsubscribe: () => void = () => undefined;

  constructor(
    @Inject(WORKER_DATABASE) private readonly database: Connection,
    @Inject(WORKER_STORE) store: EventStore,
    @Inject(DELIVERY) private readonly delivery: DeliveryTransport,
    @Inject(HINTS) private readonly hints: HintBus,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    this.#tasks = new TaskLog(store, database.pool, { actor: 'dispatcher', actorKind: 'system' });
  }

  onApplicationBootstrap(): void {
    this.#unsubscribe = this.hints.subscribe(TASKS_REQUESTED, () => this.wake());
    this.#timer = setInterval(() => this.wake(), POLL_MS);
    this.#sweeper = setInterval(() => {
      this.sweep().catch((error: unknown) => this.#log.error(`the sweep failed: ${String(error)}`));
    }, this.settings.MUSTER_SWEEP_SECONDS * 1000);
    this.sweep().catch((error: unknown) => this.#log.error(`the first sweep failed: ${String(error)}`));
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    this.#unsubscribe();
    clearInterval(this.#timer);
    clearInterval(this.#sweeper);
    await this.#running;
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
  }

  /** Runs are one after the other; calls during a run make one more follow, after those that come in the next moment. */
  wake(): void {
    if (this.#stopped) return;
    this.#again = true;
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      try {
        if ((await this.#releaseReady()) >= BATCH) this.#again = true;
      } catch (error) {
        this.#log.error(`releasing failed and is tried again: ${String(error)}`);
        return;
      }
      // Each receipt of a fleet knocks.
      if (this.#again) await sleep(BREATH_MS);
    }
  }

  async #releaseReady(): Promise<number> {
    const { rows } = await this.database.pool.query<Ready>(
      `with wanted as (
         select distinct server_id, lane, p.gateway_id
         from muster.operations_tasks join muster.servers_presence p using (server_id)
         where state = 'requested' and not_before <= now() and expires_at > now() and p.gateway_id is not null
           and ${NOT_HELD}),
       open as (
         select t.task_id, t.server_id, t.lane, t.state, t.version, t.not_before, t.expires_at, wanted.gateway_id,
           row_number() over before as place,
           -- One whose outcome nobody knows may stay so; blocks do not wait for that.
           count(*) filter (where t.task = any($1) and t.state <> 'unknown') over before - (t.task = any($1))::int as barriers
         from wanted cross join lateral ${openTasksIn('wanted')} t
         window before as (partition by t.server_id, t.lane order by t.place))
       select task_id, server_id, lane, state, version, gateway_id from open
       where state = 'requested' and not_before <= now() and expires_at > now() and barriers = 0
         and place <= case lane when 'guard' then ${IN_FLIGHT.guard} when 'change' then ${IN_FLIGHT.change}
                      else ${IN_FLIGHT.job} end
       order by server_id, lane, place limit ${BATCH}`,
      [BARRIERS],
    );
    if (rows.length === 0) return 0;
    const sequences = await this.#sequences(rows);
    const released = await Promise.all(
      rows.map(async (row) => {
        const seq = sequences.get(row.task_id);
        if (seq === undefined) return null;
        const done = await this.#tasks.record(row, TaskReleased, { taskId: row.task_id, seq }, 'released');
        return done ? row : null;
      }),
    );
    const mine = released.filter((row) => row !== null);
    this.hints.publish(TASKS_RELEASED, {});
    await this.#enqueue(mine, 'task');
    return rows.length;
  }

  /** Numbers are given in the order of the lane; one statement per run. */
  async #sequences(rows: readonly Ready[]): Promise<Map<string, number>> {
    const lanes = new Map<string, Ready[]>();
    for (const row of rows) {
      const key = `${row.server_id} ${row.lane}`;
      lanes.set(key, [...(lanes.get(key) ?? []), row]);
    }
    const wanted = [...lanes.values()].map((tasks) => ({
      server_id: tasks[0]?.server_id,
      lane: tasks[0]?.lane,
      many: tasks.length,
    }));
    const { rows: given } = await this.database.pool.query<{ server_id: string; lane: string; seq: number }>(
      `insert into muster.operations_lanes as l (server_id, lane, seq)
       select server_id, lane, many from json_to_recordset($1::json) as w(server_id uuid, lane text, many bigint)
       order by server_id, lane
       on conflict (server_id, lane) do update set seq = l.seq + excluded.seq
       returning server_id, lane, seq`,
      [JSON.stringify(wanted)],
    );
    const sequences = new Map<string, number>();
    for (const { server_id, lane, seq } of given) {
      const tasks = lanes.get(`${server_id} ${lane}`) ?? [];
      tasks.forEach((task, index) => sequences.set(task.task_id, seq - tasks.length + index + 1));
    }
    return sequences;
  }

  async #enqueue(rows: readonly { task_id: string; gateway_id: string }[], kind: DeliveryKind): Promise<void> {
    const byGateway = new Map<string, string[]>();
    for (const row of rows) byGateway.set(row.gateway_id, [...(byGateway.get(row.gateway_id) ?? []), row.task_id]);
    for (const [gatewayId, taskIds] of byGateway) {
      let queue = this.#queues.get(gatewayId);
      if (!queue) this.#queues.set(gatewayId, (queue = this.delivery.queue(gatewayId)));
      try {
        const added = await queue.add(kind, taskIds);
        if (added < taskIds.length)
          this.#log.warn(`${taskIds.length - added} deliveries wait: the queue of a gateway is full`);
      } catch (error) {
        // Redis is away: the sweep brings them again, nothing is lost.
        this.#log.warn(`${taskIds.length} deliveries wait for the queue: ${String(error)}`);
      }
    }
  }

  async queueCancels(taskIds: readonly string[]): Promise<void> {
    const { rows } = await this.database.pool.query<{ task_id: string; gateway_id: string }>(
      `select t.task_id, p.gateway_id from muster.operations_tasks t join muster.servers_presence p using (server_id)
       where t.task_id = any($1) and p.gateway_id is not null`,
      [taskIds],
    );
    await this.#enqueue(rows, 'cancel');
  }

  /** Anti-entropy: what should be on its way and is not, what ended by time, what nobody answered. */
  async sweep(): Promise<void> {
    // Nor does anything end by time meanwhile: a journal may still say that it was done.
    if (await isHeld(this.database.pool)) return;
    this.wake();
    const { rows: lost } = await this.database.pool.query<{ task_id: string; gateway_id: string }>(
      `select t.task_id, p.gateway_id from muster.operations_tasks t join muster.servers_presence p using (server_id)
       where t.state in ('released', 'accepted', 'running', 'unknown') and p.gateway_id is not null
         and t.released_at < now() - make_interval(secs => ${REDELIVER_SECONDS}) limit 10000`,
    );
    await this.#enqueue(lost, 'task');
    const { rows: late } = await this.database.pool.query<TaskSnapshot & { signed: boolean }>(
      `select task_id, state, version, signed_at is not null as signed from muster.operations_tasks
       where state in ('requested', 'released', 'accepted', 'running')
         and expires_at < now() - case when state = 'requested' then interval '0' else make_interval(secs => ${GRACE_SECONDS}) end
       limit 5000`,
    );
    await Promise.all(
      late.map((task) =>
        // What was signed may have been sent, and what was sent may have been done: only the server can tell.
        task.state === 'requested' || (task.state === 'released' && !task.signed)
          ? this.#tasks.record(task, TaskExpired, { taskId: task.task_id }, 'expired')
          : this.#tasks.record(task, TaskOutcomeUnknown, { taskId: task.task_id }, 'unknown'),
      ),
    );
  }
}
