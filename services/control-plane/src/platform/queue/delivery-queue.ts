// Delivery jobs: ids of tasks on their way to the gateway that holds their servers' connections. One BullMQ queue per gateway.
// A job carries nothing else; the gateway reads the tasks in Postgres. Losing every job costs one sweep, no action, and
// working through one twice sends again what is known already.
import { createPostgresBackend, Queue, setDefaultBackendFactory, Worker, type ConnectionOptions } from 'bullmq';

import { Redis } from 'ioredis';

export type DeliveryKind = 'task' | 'cancel';
interface DeliveryJob {
  readonly taskIds: readonly string[];
}

/** Ids in one job at most: a queue costs per job, and a fleet block releases a thousand tasks at once. */
const IDS_PER_JOB = 50;
/** Jobs that one gateway works on at a time: most of their time they wait for a signature. */
const JOBS_AT_ONCE = 128;

export const DELIVERY = Symbol('DELIVERY');

/** Which BullMQ backend: Redis when there is one, else PostgreSQL within one process. */
export class DeliveryTransport {
  readonly #connection: ConnectionOptions;
  readonly #redis: Redis | undefined;

  /** `most`: jobs that may wait for one gateway. */
  constructor(
    where: { redisUrl: string } | { postgresUrl: string },
    private readonly most: number,
  ) {
    if ('redisUrl' in where) {
      this.#redis = new Redis(where.redisUrl, { maxRetriesPerRequest: null });
      this.#redis.on('error', () => undefined);
      this.#connection = this.#redis;
    } else {
      setDefaultBackendFactory(createPostgresBackend);
      const postgres = { connectionString: where.postgresUrl, migrate: true, max: 4 };
      this.#connection = postgres;
    }
  }

  queue(gatewayId: string): DeliveryQueue {
    return new DeliveryQueue(gatewayId, this.#connection, this.most);
  }

  worker(gatewayId: string, deliver: (kind: DeliveryKind, taskId: string) => Promise<void>): Worker<DeliveryJob> {
    const worker = new Worker<DeliveryJob>(
      queueName(gatewayId),
      async ({ name, data }) => {
        const kind = name === 'cancel' ? 'cancel' : 'task';
        await Promise.all(data.taskIds.map((taskId) => deliver(kind, taskId)));
      },
      {
        connection: this.#connection,
        concurrency: JOBS_AT_ONCE,
        removeOnComplete: { count: 0 },
        removeOnFail: { count: 1000 },
      },
    );
    worker.on('error', () => undefined);
    return worker;
  }

  async close(): Promise<void> {
    this.#redis?.disconnect();
    return Promise.resolve();
  }
}

const JOB = { removeOnComplete: true, removeOnFail: 1000, attempts: 3, backoff: { type: 'fixed', delay: 500 } };

const queueName = (gatewayId: string) => `deliver-${gatewayId}`;

export class DeliveryQueue {
  readonly #queue: Queue<DeliveryJob>;
  constructor(
    gatewayId: string,
    connection: ConnectionOptions,
    private readonly most: number,
  ) {
    this.#queue = new Queue<DeliveryJob>(queueName(gatewayId), { connection });
    this.#queue.on('error', () => undefined);
  }

  /** How many were added: when the queue is full the rest waits for the sweep, which asks Postgres and not the queue. */
  async add(kind: DeliveryKind, taskIds: readonly string[]): Promise<number> {
    const room = Math.max(0, this.most - (await this.#queue.getJobCountByTypes('wait', 'delayed')));
    const added = taskIds.slice(0, room * IDS_PER_JOB);
    const jobs: { name: DeliveryKind; data: DeliveryJob; opts: typeof JOB }[] = [];
    for (let from = 0; from < added.length; from += IDS_PER_JOB) {
      jobs.push({ name: kind, data: { taskIds: added.slice(from, from + IDS_PER_JOB) }, opts: JOB });
    }
    await this.#queue.addBulk(jobs);
    return added.length;
  }

  close(): Promise<void> {
    return this.#queue.close();
  }
}
