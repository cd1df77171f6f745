// Delivery jobs: a task id on its way to the gateway that holds the server's connection. One BullMQ queue per gateway.
// The job carries nothing else; the gateway reads the task in Postgres. Losing every job costs one sweep, no action.
import { createPostgresBackend, Queue, setDefaultBackendFactory, Worker, type ConnectionOptions } from 'bullmq';

import { Redis } from 'ioredis';

export type DeliveryKind = 'task' | 'cancel';
interface DeliveryJob {
  readonly taskId: string;
}

export const DELIVERY = Symbol('DELIVERY');

/** Which BullMQ backend: Redis when there is one, else PostgreSQL within one process. */
export class DeliveryTransport {
  readonly #connection: ConnectionOptions;
  readonly #redis: Redis | undefined;

  /** `most`: deliveries that may wait for one gateway. */
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
      (job) => deliver(job.name === 'cancel' ? 'cancel' : 'task', job.data.taskId),
      { connection: this.#connection, concurrency: 256, removeOnComplete: { count: 0 }, removeOnFail: { count: 1000 } },
    );
    worker.on('error', () => undefined);
    return worker;
  }

  async close(): Promise<void> {
    this.#redis?.disconnect();
    return Promise.resolve();
  }
}

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
    const added = taskIds.slice(0, room);
    await this.#queue.addBulk(
      added.map((taskId) => ({
        name: kind,
        data: { taskId },
        opts: { removeOnComplete: true, removeOnFail: 1000, attempts: 3, backoff: { type: 'fixed', delay: 500 } },
      })),
    );
    return added.length;
  }

  close(): Promise<void> {
    return this.#queue.close();
  }
}
