// Runs one subscription: reads on from its checkpoint, handles, moves the checkpoint, sleeps until the log grows.
// A handler that fails is tried again; if it keeps failing, its events are handed over one by one until the bad one is
// found, and the subscription pauses there for everybody to see.
import { setImmediate } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { EventStore, LogTail, SequencedEvent } from '../event-store/index.ts';
import type { CheckpointSaver } from './checkpoint-saver.ts';
import { CheckpointMoved, claim, move, pause, read, readOrCreate } from './checkpoints.ts';
import type { LogEnd } from './log-end.ts';
import { ReadAhead } from './read-ahead.ts';
import { READ_MODEL } from './read-barrier.ts';
import type { Subscription, SubscriptionState } from './subscription.ts';

export interface WorkerLog {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface WorkerParts {
  db: Kysely<unknown>;
  store: EventStore;
  tail: LogTail;
  end: LogEnd;
  saver: CheckpointSaver;
  log: WorkerLog;
}

/** Events that concern a subscription, and the position up to which there are no others. */
interface Stretch {
  readonly events: readonly SequencedEvent[];
  readonly upTo: number;
  /** What the subscription makes of the events beforehand, when there is time for it. */
  readonly prepared?: Promise<unknown>;
}

const BATCH = 500;
/** A read model that is rebuilt has nobody waiting for a single event: a batch costs about as much as four hundred of them. */
const REBUILD_BATCH = 4000;
/** Positions looked at in one query when only some types are wanted. */
const WINDOW = 20_000;
const TRIES = 4;
const RETRY_AFTER = 50;
const LOOK_AGAIN_WHEN_PAUSED = 1_000;
const LOOK_AGAIN_WHEN_IDLE = 5_000;
/** A stretch of the log without anything for us moves the checkpoint only now and then, once the log is quiet, or when awaited. */
const SAVE_EMPTY_STRETCH_AFTER = 1_000;
const SAVE_EMPTY_STRETCH_WHEN_QUIET_FOR = 50;
/**
 * Whoever has just worked lets events gather for this long: a transaction costs as much for one of them as for thirty, and
 * the sequencer gives positions every few milliseconds. The first event after a pause waits for nobody.
 */
const GATHER_FOR = 20;

export class SubscriptionWorker {
  readonly #subscription: Subscription;
  readonly #parts: WorkerParts;
  readonly #stopping = Promise.withResolvers<void>();
  #stopped = false;
  #running: Promise<void> | undefined;
  /** Where the row says we are, and how far nothing else concerned us. */
  #saved = -1;
  #seen = -1;
  #savedAt = 0;
  #workedAt = -Infinity;
  /** The furthest that anybody waits for. */
  #awaited = -1;
  #hurried = Promise.withResolvers<void>();
  readonly #ahead = new ReadAhead<Stretch>((from) => this.#readAhead(from));

  constructor(subscription: Subscription, parts: WorkerParts) {
    this.#subscription = subscription;
    this.#parts = parts;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Nobody who waits for this position is left waiting for a stretch without anything for us. */
  hurry(position: number): void {
    // A hint may come from anywhere: what lies far beyond the log as we know it is not waited for by anybody.
    if (!(position > this.#saved && position < this.#parts.tail.size + BATCH)) return;
    this.#awaited = Math.max(this.#awaited, position);
    if (this.#seen === this.#saved) return;
    this.#hurried.resolve();
    this.#hurried = Promise.withResolvers<void>();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopping.resolve();
    await this.#running;
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#stopped) {
      try {
        await this.#followLog();
        failures = 0;
      } catch (error) {
        if (this.#stopped) return;
        if (!(error instanceof CheckpointMoved)) {
          failures++;
          this.#parts.log.warn({ subscription: this.#name, err: error }, 'subscription will try again');
        }
        await this.#sleep(Math.min(RETRY_AFTER * 2 ** failures, LOOK_AGAIN_WHEN_IDLE));
      }
    }
  }

  async #followLog(): Promise<void> {
    const state = await readOrCreate(this.#parts.db, this.#subscription);
    this.#saved = state.position;
    this.#seen = state.position;
    this.#ahead.clear();
    if (state.status === 'paused') await this.#waitUntilResumed(state);
    await this.#parts.tail.refresh();
    while (!this.#stopped) {
      await this.#gather();
      const { events, prepared } = await this.#next();
      if (events.length > 0) await this.#handle(events, await prepared);
      else if (this.#parts.tail.size <= this.#seen + 1) await this.#idle();
    }
    await this.#saveEmptyStretch();
  }

  async #gather(): Promise<void> {
    const wait = this.#workedAt + GATHER_FOR - performance.now();
    if (wait > 0 && this.#parts.tail.size - this.#seen <= BATCH) await this.#sleep(wait);
  }

  /** The next events that concern this subscription; moves `#seen` over those that do not. */
  async #next(): Promise<Stretch> {
    const size = this.#parts.tail.size;
    const from = this.#seen + 1;
    if (size <= from) return { events: [], upTo: this.#seen };
    const stretch = (await this.#ahead.take(from)) ?? (await this.#read(from, size));
    this.#seen = stretch.upTo;
    if (stretch.events.length > 0) this.#ahead.fill(this.#seen + 1);
    return stretch;
  }

  #readAhead(from: number): Promise<Stretch> | null {
    const size = this.#parts.tail.size;
    if (this.#stopped || size - from < REBUILD_BATCH) return null;
    return this.#read(from, size).then((stretch) => ({
      ...stretch,
      // The next reading is on its way before this takes the processor.
      prepared: setImmediate().then(() => this.#prepared(stretch.events)),
    }));
  }

  /** undefined when it cannot be made: handling these events then fails the same way, and finds the one that is to blame. */
  #prepared(events: readonly SequencedEvent[]): unknown {
    try {
      return this.#subscription.prepare?.(events);
    } catch {
      return undefined;
    }
  }

  async #read(from: number, size: number): Promise<Stretch> {
    const { batch = this.#batchFor(size - from) } = this.#subscription;
    const end = await this.#parts.end.from(from, size);
    if (end !== null) {
      const mine = end.filter(({ type }) => this.#wants(type));
      const events = mine.slice(0, batch);
      const last = mine.length > batch ? events.at(-1) : end.at(-1);
      return { events, upTo: last?.position ?? from - 1 };
    }
    const { types } = this.#subscription;
    const window = Math.min(size - from, types === 'all' ? batch : WINDOW);
    const events = await this.#parts.store.readAll(from, {
      limit: batch,
      window,
      ...(types === 'all' ? {} : { types }),
    });
    const last = events.at(-1);
    return { events, upTo: last !== undefined && events.length === batch ? last.position : from + window - 1 };
  }

  #wants(type: string): boolean {
    const { types } = this.#subscription;
    return types === 'all' || types.includes(type);
  }

  #batchFor(behind: number): number {
    return this.#name.startsWith(READ_MODEL) && behind >= REBUILD_BATCH ? REBUILD_BATCH : BATCH;
  }

  async #handle(events: readonly SequencedEvent[], prepared: unknown): Promise<void> {
    const upTo = this.#seen;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#handleAtOnce(events, upTo, prepared);
      } catch (error) {
        if (error instanceof CheckpointMoved || isAboutTheConnection(error)) throw error;
        if (attempt < TRIES && !this.#stopped) {
          await this.#sleep(RETRY_AFTER * attempt);
          continue;
        }
        if (events.length === 1) return this.#pauseAt(events[0], error);
        break;
      }
    }
    for (const event of events) await this.#handle1(event);
    this.#seen = upTo;
  }

  async #handle1(event: SequencedEvent): Promise<void> {
    this.#seen = event.position;
    try {
      await this.#handleAtOnce([event], event.position);
    } catch (error) {
      if (error instanceof CheckpointMoved || isAboutTheConnection(error)) throw error;
      await this.#pauseAt(event, error);
    }
  }

  async #handleAtOnce(events: readonly SequencedEvent[], upTo: number, prepared?: unknown): Promise<void> {
    await this.#parts.db.transaction().execute(async (trx) => {
      if (!(await claim(trx, this.#subscription, this.#saved, this.#name.startsWith(READ_MODEL))))
        throw new CheckpointMoved(`${this.#name} is handled by another worker`);
      await this.#subscription.handle(trx, events, prepared);
      await move(trx, this.#subscription, this.#saved, upTo);
    });
    this.#moved(upTo);
    this.#workedAt = performance.now();
    await this.#subscription.afterCommit?.(events).catch((error: unknown) => {
      this.#parts.log.warn({ subscription: this.#name, err: error }, 'a hint was not sent');
    });
  }

  async #pauseAt(event: SequencedEvent | undefined, error: unknown): Promise<void> {
    const position = event?.position ?? this.#seen;
    const failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
    await pause(this.#parts.db, this.#subscription, position, failure);
    this.#parts.log.error(
      { subscription: this.#name, position, eventType: event?.type, err: error },
      'subscription paused: this event cannot be handled, and none after it will be until it is mended and resumed',
    );
    throw new CheckpointMoved(`${this.#name} is paused at ${position}`);
  }

  async #waitUntilResumed(state: SubscriptionState): Promise<void> {
    this.#parts.log.error(
      { subscription: this.#name, position: state.failedPosition, failure: state.failure },
      'subscription is paused',
    );
    while (!this.#stopped) {
      const now = await read(this.#parts.db, this.#subscription);
      if (now === null || now.status === 'running') return;
      await this.#sleep(LOOK_AGAIN_WHEN_PAUSED);
    }
  }

  async #idle(): Promise<void> {
    const unsaved = this.#seen !== this.#saved;
    if (unsaved && this.#awaited > this.#saved) return this.#saveEmptyStretch();
    const grown = await Promise.race([
      this.#parts.tail.longerThan(this.#seen + 1, unsaved ? SAVE_EMPTY_STRETCH_WHEN_QUIET_FOR : LOOK_AGAIN_WHEN_IDLE),
      this.#stopping.promise,
      this.#hurried.promise,
    ]);
    if (grown !== true || performance.now() - this.#savedAt > SAVE_EMPTY_STRETCH_AFTER) await this.#saveEmptyStretch();
  }

  async #saveEmptyStretch(): Promise<void> {
    if (this.#seen === this.#saved) return;
    const seen = this.#seen;
    await this.#parts.saver.move(this.#subscription, this.#saved, seen);
    this.#moved(seen);
  }

  #moved(to: number): void {
    this.#saved = to;
    this.#savedAt = performance.now();
  }

  async #sleep(milliseconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([new Promise((resolve) => (timer = setTimeout(resolve, milliseconds))), this.#stopping.promise]);
    clearTimeout(timer);
  }

  get #name(): string {
    return `${this.#subscription.name}@${this.#subscription.version}`;
  }
}

function isAboutTheConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return (
    /^(08|57|53)...$|^E[A-Z]+$|^40...$/.test(code) ||
    /connection terminated|timeout exceeded when trying to connect/i.test(error.message)
  );
}
