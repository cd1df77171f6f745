// Knows how long the log is. One of these per process asks the database, and wakes everybody in the process who waits
// for more: so that forty subscriptions cost one small query per poll, not forty.
import type { Pool } from 'pg';
import { SEQUENCED, type HintBus } from './hint-bus.ts';
import { WakeUp } from './wake-up.ts';

/** Milliseconds between two questions, right after growth and when nothing has happened for a while. */
const FASTEST = 5;
const SLOWEST = 50;
const BACK_OFF = 1.5;
const WHILE_AWAY = 500;

export class LogTail {
  readonly #pool: Pool;
  readonly #wakeUp = new WakeUp();
  readonly #waiting = new Set<{ size: number; resolve: () => void }>();
  #size = 0;
  #polling = false;
  #running: Promise<void> | undefined;
  #stopped = false;
  readonly #unsubscribe: () => void;

  constructor(pool: Pool, hints: HintBus) {
    this.#pool = pool;
    this.#unsubscribe = hints.subscribe(SEQUENCED, () => this.#wakeUp.knock());
  }

  /** Number of events that have a position, as last seen. */
  get size(): number {
    return this.#size;
  }

  async refresh(): Promise<number> {
    const { rows } = await this.#pool.query<{ size: string }>('select size from es.log_state');
    this.#grow(Number(rows[0]?.size ?? 0));
    return this.#size;
  }

  /** Resolves to true when the log holds more than `size` events, to false at the deadline or when stopped. */
  async longerThan(size: number, timeoutMs: number): Promise<boolean> {
    if (this.#size > size) return true;
    if (this.#stopped) return false;
    await new Promise<void>((resolve) => {
      const waiter = { size, resolve: done };
      const waiting = this.#waiting;
      const timer = setTimeout(done, timeoutMs);
      function done(): void {
        clearTimeout(timer);
        waiting.delete(waiter);
        resolve();
      }
      waiting.add(waiter);
      this.#startPolling();
    });
    return this.#size > size;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unsubscribe();
    this.#wakeUp.knock();
    for (const waiter of this.#waiting) waiter.resolve();
    await this.#running;
  }

  #startPolling(): void {
    if (this.#polling) return;
    this.#polling = true;
    this.#running = this.#poll();
  }

  /** Runs while somebody waits. */
  async #poll(): Promise<void> {
    let pause = FASTEST;
    while (!this.#stopped && this.#waiting.size > 0) {
      const before = this.#size;
      try {
        await this.refresh();
        pause = this.#size > before ? FASTEST : Math.min(pause * BACK_OFF, SLOWEST);
      } catch {
        // The database is away; those who wait have deadlines of their own.
        pause = WHILE_AWAY;
      }
      if (this.#waiting.size > 0) await this.#wakeUp.wait(pause);
    }
    this.#polling = false;
  }

  #grow(size: number): void {
    if (size <= this.#size) return;
    this.#size = size;
    for (const waiter of [...this.#waiting]) if (waiter.size < size) waiter.resolve();
  }
}
