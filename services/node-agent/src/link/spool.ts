// What waits to be delivered. Each entry is one batch with its sequence number, so a repeat is recognised on the other
// side. When the spool is full, metrics go first, then the ban log; a quarter is kept for security. What was dropped is
// counted and reported as a gap, never passed over.
import type { BatchBody } from '@muster/contracts/agent';

/** 0: security and repairs, dropped last. 1: bans, held state, facts of jails. 2: metrics, dropped first. */
export type Priority = 0 | 1 | 2;

export interface SpooledBatch {
  readonly seq: number;
  readonly body: BatchBody;
}

export interface Dropped {
  readonly of: string;
  readonly dropped: number;
}

export interface Spool {
  /** Resolves when it is safe: on disk, for the spool of a real host. */
  push(priority: Priority, body: BatchBody): Promise<void>;
  /** Batches after a sequence number, oldest first. */
  after(seq: number, most: number): Promise<SpooledBatch[]>;
  /** Everything up to and including this number has arrived. */
  acknowledge(seq: number): Promise<void>;
  readonly waiting: number;
  /** Called whenever something was added. */
  onPush: () => void;
}

/** For simulated agents and tests: bounded by number, lost with the process. */
export class MemorySpool implements Spool {
  #batches: SpooledBatch[] = [];
  #seq: number;
  readonly #most: number;
  onPush: () => void = () => undefined;

  constructor(firstSeq = 1, most = 1000) {
    this.#seq = firstSeq;
    this.#most = most;
  }

  push(_priority: Priority, body: BatchBody): Promise<void> {
    this.#batches.push({ seq: this.#seq++, body });
    if (this.#batches.length > this.#most) this.#batches.shift();
    this.onPush();
    return Promise.resolve();
  }
  after(seq: number, most: number): Promise<SpooledBatch[]> {
    return Promise.resolve(this.#batches.filter((batch) => batch.seq > seq).slice(0, most));
  }
  acknowledge(seq: number): Promise<void> {
    this.#batches = this.#batches.filter((batch) => batch.seq > seq);
    return Promise.resolve();
  }
  get waiting(): number {
    return this.#batches.length;
  }
}
