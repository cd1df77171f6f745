// All subscriptions of one process, and what others may ask about them.
import { Kysely, PostgresDialect } from 'kysely';
import type { Pool } from 'pg';
import type { EventStore, LogTail } from '../event-store/index.ts';
import { CheckpointSaver } from './checkpoint-saver.ts';
import { read, readAll, resume } from './checkpoints.ts';
import { LogEnd } from './log-end.ts';
import { READ_MODEL } from './read-barrier.ts';
import { SubscriptionWorker, type WorkerLog } from './subscription-worker.ts';
import type { Subscription, SubscriptionState } from './subscription.ts';

export interface ProjectionsParts {
  /** As muster_worker, or as a role that may read when nothing is started. Not ended here. */
  pool: Pool;
  store: EventStore;
  tail: LogTail;
  log: WorkerLog;
}

const LOOK_AGAIN = 20;

export class Projections {
  readonly #parts: ProjectionsParts;
  readonly #db: Kysely<unknown>;
  readonly #workers = new Map<string, SubscriptionWorker>();

  constructor(parts: ProjectionsParts) {
    this.#parts = parts;
    this.#db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: parts.pool }) });
  }

  /** Throws when two subscriptions have the same name and version. */
  start(subscriptions: readonly Subscription[]): void {
    const shared = {
      ...this.#parts,
      end: new LogEnd(this.#parts.store),
      saver: new CheckpointSaver(this.#db),
      db: this.#db,
    };
    for (const subscription of subscriptions) {
      const key = `${subscription.name}@${subscription.version}`;
      if (this.#workers.has(key)) throw new Error(`two subscriptions are called ${key}`);
      this.#workers.set(key, new SubscriptionWorker(subscription, shared));
    }
    for (const worker of this.#workers.values()) worker.start();
  }

  /** Somebody waits until it is on record that read models have come this far. */
  hurry(position: number): void {
    for (const [key, worker] of this.#workers) if (key.startsWith(READ_MODEL)) worker.hurry(position);
  }

  /** Ends after the batches at hand. */
  async stop(): Promise<void> {
    await Promise.all([...this.#workers.values()].map((worker) => worker.stop()));
    this.#workers.clear();
  }

  /** Every subscription the database knows, paused ones with their failure. */
  states(): Promise<SubscriptionState[]> {
    return readAll(this.#db);
  }

  /** After its reason was mended: false when it was not paused. */
  resume(name: string, version: number): Promise<boolean> {
    return resume(this.#db, { name, version });
  }

  /** Waits until a subscription has handled a position: so that a page sees what it just did. False at the deadline. */
  async hasHandled(name: string, version: number, position: number, timeoutMs: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const state = await read(this.#db, { name, version });
      if (state !== null && state.position >= position) return true;
      if (performance.now() >= deadline) return false;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN));
    }
  }
}
