// Asks fail2ban for everybody in this process. Each reading is a Python of its own, with its memory and its start, so there is one at
// a time, and all who ask meanwhile share the next.
import type { Fail2banView } from './jails.ts';

export class Fail2banReader {
  readonly #read: () => Promise<Fail2banView>;
  #running: Promise<Fail2banView> | undefined;
  #next: Promise<Fail2banView> | undefined;

  constructor(read: () => Promise<Fail2banView>) {
    this.#read = read;
  }

  /** As fail2ban is after this was called: for whoever changed something, or compares with what happened since. */
  fresh(): Promise<Fail2banView> {
    if (this.#running === undefined) return this.#begin();
    this.#next ??= this.#running.then(
      () => this.#begin(),
      () => this.#begin(),
    );
    return this.#next;
  }

  /** The reading that is under way, if there is one: for what is looked at again and again anyway. */
  recent(): Promise<Fail2banView> {
    return this.#running ?? this.#begin();
  }

  #begin(): Promise<Fail2banView> {
    this.#next = undefined;
    const reading = this.#read();
    this.#running = reading;
    const over = (): void => {
      this.#running = undefined;
    };
    // First of all who wait for it: the next one finds the place empty.
    reading.then(over, over);
    return reading;
  }
}
