// Read your own writes: a command's answer waits until the read models that this release shows have reached its position.
// All that wait in one process share each look.
import { sql } from 'kysely';
import type { Connection } from '../database/database.ts';
import { WakeUp, type HintBus } from '../event-store/index.ts';

/** Published by whoever moved a read model. */
export const PROJECTED = 'projection.advanced';
/** Subscriptions whose name begins with this are read models; policies are not waited for. */
export const READ_MODEL = 'read-model/';
/**
 * Checkpoints outlive what they were made for: of a version that a rebuild replaced, of a read model that a release no longer
 * has, of the other release while two run during an upgrade. So whoever waits names those that its own pages read.
 */
export interface ReadModelKey {
  readonly name: `${typeof READ_MODEL}${string}`;
  readonly version: number;
}

/** Somebody waits until read models say that they have come this far; payload `{ position }`. */
export const AWAITED = 'projection.awaited';
/** Milliseconds between two looks: at least, which is also the first wait, and at most. */
const FASTEST = 4;
const SLOWEST = 25;
const BACK_OFF = 1.5;
/**
 * A worker says at least once a second how far it has come, or after each batch. A read model that is silent for this long
 * beside an event that is as old is followed by nobody at the moment, and each command would wait its whole time for it.
 */
const FORSAKEN_SECONDS = 10;

interface Waiter {
  readonly position: number;
  readonly until: number;
  readonly resolve: (reached: boolean) => void;
  readonly reject: (error: unknown) => void;
}

export class ReadBarrier {
  readonly #database: Connection;
  readonly #hints: HintBus;
  readonly #names: readonly string[];
  readonly #versions: readonly number[];
  readonly #waiting = new Set<Waiter>();
  readonly #wakeUp = new WakeUp();
  #looking = false;

  /** `shown`: the read models that are waited for. */
  constructor(database: Connection, hints: HintBus, shown: readonly ReadModelKey[]) {
    this.#database = database;
    this.#hints = hints;
    this.#names = shown.map(({ name }) => name);
    this.#versions = shown.map(({ version }) => version);
  }

  /** False when the deadline passed first: the write is safe, the pages show it a little later. */
  reached(position: number, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#waiting.add({ position, until: performance.now() + timeoutMs, resolve, reject });
      if (this.#looking) this.#wakeUp.knock();
      else void this.#look();
    });
  }

  /** Runs while somebody waits. */
  async #look(): Promise<void> {
    this.#looking = true;
    const stop = this.#hints.subscribe(PROJECTED, () => this.#wakeUp.knock());
    for (let pause = FASTEST; this.#waiting.size > 0; pause = Math.min(pause * BACK_OFF, SLOWEST)) {
      const asked = [...this.#waiting];
      try {
        if (this.#settle(asked, await this.#furthest())) pause = FASTEST;
      } catch (error) {
        for (const waiter of asked) this.#end(waiter, () => waiter.reject(error));
      }
      if (this.#waiting.size === 0) break;
      this.#hints.publish(AWAITED, { position: Math.max(...[...this.#waiting].map(({ position }) => position)) });
      // Each read model that moves knocks, and so does each that begins to wait.
      await new Promise((resolve) => setTimeout(resolve, FASTEST));
      await this.#wakeUp.wait(pause - FASTEST);
    }
    stop();
    this.#looking = false;
  }

  /** Up to here every read model has come that somebody follows. */
  async #furthest(): Promise<number> {
    const { rows } = await sql<{ position: string | null }>`
      select min(s.position) as position
      from unnest(${this.#names}::text[], ${this.#versions}::int[]) shown (name, version)
      join es.subscriptions s on s.name = shown.name and s.version = shown.version
      where s.status = 'running' and not (
        s.updated_at < clock_timestamp() - ${FORSAKEN_SECONDS} * interval '1 second'
        and exists (select from es.ledger unread where unread.position = s.position + 1
                    and unread.recorded_at < clock_timestamp() - ${FORSAKEN_SECONDS} * interval '1 second'))`.execute(
      this.#database.db,
    );
    const position = rows[0]?.position ?? null;
    return position === null ? Infinity : Number(position);
  }

  /** Whether anybody's wait ended. */
  #settle(asked: readonly Waiter[], furthest: number): boolean {
    const now = performance.now();
    const before = this.#waiting.size;
    for (const waiter of asked) {
      const there = waiter.position <= furthest;
      if (there || waiter.until <= now) this.#end(waiter, () => waiter.resolve(there));
    }
    return this.#waiting.size < before;
  }

  #end(waiter: Waiter, tell: () => void): void {
    this.#waiting.delete(waiter);
    tell();
  }
}
