// The end of the log, read once for all subscriptions of this process. When the log grows each of them looks, and most find
// that nothing concerns them: forty statements for every few events otherwise, at the rate of the sequencer.
import type { EventStore, SequencedEvent } from '../event-store/index.ts';

/** Events that are remembered; who is further behind reads for itself. */
const KEPT = 1000;

export class LogEnd {
  readonly #store: Pick<EventStore, 'readAll'>;
  #first = 0;
  #events: readonly SequencedEvent[] = [];
  #reading: Promise<void> | undefined;

  constructor(store: Pick<EventStore, 'readAll'>) {
    this.#store = store;
  }

  /**
   * Every event from a position up to where the log ends, which is at least `size`. null: the position is too far back, or the
   * end could not be read, and whoever asks has to read for itself.
   */
  async from(position: number, size: number): Promise<readonly SequencedEvent[] | null> {
    if (size - position > KEPT) return null;
    while (this.#end < size) {
      const before = this.#end;
      await (this.#reading ??= this.#grow(size).finally(() => (this.#reading = undefined)));
      if (this.#end === before) return null;
    }
    return position < this.#first ? null : this.#events.slice(position - this.#first);
  }

  get #end(): number {
    return this.#first + this.#events.length;
  }

  async #grow(size: number): Promise<void> {
    const from = Math.max(this.#end, size - KEPT);
    // What fails here fails for whoever needs it, when it reads for itself: a bad event must not stop all others.
    const read = await this.#store.readAll(from, { limit: KEPT, window: KEPT }).catch(() => []);
    if (read.length === 0) return;
    const joined = from === this.#end ? [...this.#events, ...read] : read;
    this.#events = joined.slice(-KEPT);
    this.#first = from + read.length - this.#events.length;
  }
}
