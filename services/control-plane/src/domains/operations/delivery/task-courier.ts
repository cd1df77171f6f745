// The gateway's part: takes task ids from its queue, reads the signed envelope in Postgres, sends it over the server's
// connection, and writes down what the server answers.
import type { Receipt, Signed } from '@muster/contracts/agent';
import {
  TaskAccepted,
  TaskCancelled,
  TaskExpired,
  TaskFailed,
  TaskStarted,
  TaskSucceeded,
} from '@muster/contracts/operations';
import { sha256Hex } from '@muster/kernel/hashing';
import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import type { Worker } from 'bullmq';
import { GATEWAY_ID } from '../../../platform/agent-link/gateway-id.ts';
import { LinkRegistry, type LinkedServer } from '../../../platform/agent-link/link-registry.ts';
import { LINK_SERVER, type LinkServer } from '../../../platform/agent-link/link-server.ts';
import { GATEWAY_STORE } from '../../../platform/composition/tokens.ts';
import { GATEWAY_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { Gathered } from '../../../platform/database/gathered.ts';
import type { EventStore, HintBus } from '../../../platform/event-store/index.ts';
import { HINTS } from '../../../platform/hints/hints.ts';
import { DELIVERY, type DeliveryKind, type DeliveryTransport } from '../../../platform/queue/delivery-queue.ts';
import { TASKS_REQUESTED } from '../operation-requests.ts';
import { isHeld } from '../recovery/dispatch-hold.ts';
import { SequenceFloors } from '../recovery/sequence-floors.ts';
import { attestedReceipt } from './attested-receipt.ts';
import { EnvelopeReader } from './envelope-reader.ts';
import { TaskLog, type TaskSnapshot } from './task-log.ts';

interface Answered extends TaskSnapshot {
  server_id: string;
  envelope_body: Buffer | null;
}

interface OpenTask {
  server_id: string;
  task_id: string;
}

@Injectable()
export class TaskCourier implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  readonly #log = new Logger('Courier');
  readonly #tasks: TaskLog;
  readonly #envelopes: EnvelopeReader;
  readonly #floors: SequenceFloors;
  readonly #held: Gathered<void, boolean>;
  readonly #answers: Gathered<string, Answered | undefined>;
  readonly #open: Gathered<string, readonly OpenTask[]>;
  #worker: Worker | undefined;

  constructor(
    @Inject(GATEWAY_DATABASE) private readonly database: Connection,
    @Inject(GATEWAY_STORE) private readonly store: EventStore,
    @Inject(DELIVERY) private readonly delivery: DeliveryTransport,
    @Inject(LinkRegistry) private readonly registry: LinkRegistry,
    @Inject(LINK_SERVER) private readonly link: LinkServer,
    @Inject(HINTS) private readonly hints: HintBus,
    @Inject(GATEWAY_ID) private readonly gatewayId: string,
  ) {
    this.#tasks = new TaskLog(store, database.pool, { actor: 'gateway', actorKind: 'system' });
    this.#envelopes = new EnvelopeReader(database.pool);
    this.#floors = new SequenceFloors(database.pool, store);
    this.#held = new Gathered(async () => {
      const held = await isHeld(database.pool);
      return () => held;
    });
    this.#answers = new Gathered((taskIds) => this.#readAnswered(taskIds));
    this.#open = new Gathered((serverIds) => this.#readOpen(serverIds));
  }

  onModuleInit(): void {
    this.registry.onFrame('ack', (server, { task }) => this.#accepted(server, task));
    this.registry.onFrame('started', (server, { task }) => this.#started(server, task));
    this.registry.onFrame('receipt', (server, { task, receipt }) => this.#answered(server, task, receipt));
    this.registry.onGreeted((server, { seen }) => this.#floors.raise(server, seen));
    this.registry.onConnected((server) => this.#resend(server));
  }

  onApplicationBootstrap(): void {
    this.#worker = this.delivery.worker(this.gatewayId, (kind, taskId) => this.#deliver(kind, taskId));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#worker?.close();
  }

  async #deliver(kind: DeliveryKind, taskId: string): Promise<void> {
    if (kind === 'task' && (await this.#held.ask())) return;
    const envelope = kind === 'task' ? await this.#envelopes.task(taskId) : await this.#envelopes.cancel(taskId);
    // Not signed within the deadline, or over meanwhile: the sweep looks again.
    if (!envelope) return;
    const session = this.link.session(envelope.serverId);
    // Several deliveries of a lane run at once and signatures come in any order, but the server takes a lane in order: what
    // it has not taken yet goes first. Sent twice is harmless, a known task answers with its state.
    for (const taskIdBefore of envelope.earlier) {
      const before = await this.#envelopes.task(taskIdBefore);
      if (before) session?.send({ t: 'task', envelope: before.signed });
    }
    session?.send({ t: kind, envelope: envelope.signed });
  }

  /** Whatever is open for a server that has just come back goes out again; a known task answers with its state. */
  async #resend(server: LinkedServer): Promise<void> {
    for (const { task_id } of await this.#open.ask(server.serverId)) await this.#deliver('task', task_id);
  }

  async #readOpen(serverIds: readonly string[]): Promise<(serverId: string) => readonly OpenTask[]> {
    const { rows } = await this.database.pool.query<OpenTask>(
      `select server_id, task_id from muster.operations_tasks
       where server_id = any($1) and state in ('released', 'accepted', 'running', 'unknown') and signed_at is not null
       order by server_id, lane, seq`,
      [serverIds],
    );
    const byServer = Map.groupBy(rows, (row) => row.server_id);
    return (serverId) => byServer.get(serverId) ?? [];
  }

  async #accepted(server: LinkedServer, taskId: string): Promise<void> {
    const task = await this.#taskOf(server, taskId);
    if (task) await this.#tasks.record(task, TaskAccepted, { taskId }, `accepted ${task.version}`, agent(server));
  }

  async #started(server: LinkedServer, taskId: string): Promise<void> {
    const task = await this.#taskOf(server, taskId);
    if (task) await this.#tasks.record(task, TaskStarted, { taskId }, `started ${task.version}`, agent(server));
  }

  async #answered(server: LinkedServer, taskId: string, signed: Signed): Promise<void> {
    const task = await this.#taskOf(server, taskId);
    if (!task) return this.#acknowledge(server, taskId);
    const receipt = this.#checked(server, task, signed);
    if (!receipt) return;
    await this.#record(server, task, receipt, signed);
    this.#acknowledge(server, taskId);
    // The next one of its lane may go.
    this.hints.publish(TASKS_REQUESTED, {});
  }

  /** Only what the host's own key signed about exactly this envelope counts. */
  #checked(server: LinkedServer, task: Answered, signed: Signed): Receipt | null {
    const receipt = attestedReceipt(server, task.task_id, signed);
    if (receipt === null) {
      this.#log.warn(`a receipt for task ${task.task_id} is not one that the host key of ${server.serverId} signed`);
      return null;
    }
    if (task.envelope_body === null || receipt.envelope !== sha256Hex(task.envelope_body)) {
      this.#log.warn(`a receipt of ${server.serverId} does not belong to task ${task.task_id}`);
      return null;
    }
    return receipt;
  }

  async #record(server: LinkedServer, task: Answered, receipt: Receipt, signed: Signed): Promise<void> {
    const taskId = task.task_id;
    const by = agent(server);
    switch (receipt.outcome) {
      case 'succeeded':
        await this.#tasks.record(task, TaskSucceeded, { taskId, receipt: signed }, 'result', by);
        return;
      case 'cancelled':
        await this.#tasks.record(task, TaskCancelled, { taskId, receipt: signed }, 'result', by);
        return;
      case 'expired':
        await this.#tasks.record(task, TaskExpired, { taskId }, 'result', by);
        return;
      case 'failed':
      case 'refused':
        await this.#tasks.record(
          task,
          TaskFailed,
          { taskId, error: receipt.error ?? 'The server gave no reason', receipt: signed },
          'result',
          by,
        );
        return;
    }
  }

  #acknowledge(server: LinkedServer, taskId: string): void {
    this.link.session(server.serverId)?.send({ t: 'receipt-ack', task: taskId });
  }

  /** undefined: no task of this server; agent A cannot answer for agent B. */
  async #taskOf(server: LinkedServer, taskId: string): Promise<Answered | undefined> {
    const task = await this.#answers.ask(taskId);
    if (task?.server_id === server.serverId) return task;
    this.#log.warn(`${server.serverId} speaks of task ${taskId}, which is not its own`);
    return undefined;
  }

  async #readAnswered(taskIds: readonly string[]): Promise<(taskId: string) => Answered | undefined> {
    const { rows } = await this.database.pool.query<Answered>(
      `select task_id, state, version, server_id, envelope_body from muster.operations_tasks where task_id = any($1)`,
      [taskIds],
    );
    const byTask = new Map(rows.map((row) => [row.task_id, row]));
    return (taskId) => byTask.get(taskId);
  }
}

const agent = (server: LinkedServer) => ({ actor: `server:${server.serverId}`, actorKind: 'agent' as const });
