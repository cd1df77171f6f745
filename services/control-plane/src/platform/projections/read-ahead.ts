// Whoever is far behind reads on while it writes: PostgreSQL does both at the same time, and so the disk, the network and
// this process wait for each other less.

/** How much is read before it is asked for: one is being made ready while the next comes in. */
const DEPTH = 2;

export class ReadAhead<Read extends { readonly upTo: number }> {
  readonly #read: (from: number) => Promise<Read> | null;
  /** Where the first of `#reads` begins. */
  #from = 0;
  #reads: Promise<Read | null>[] = [];

  /** `read` answers null when there is too little left for reading ahead. */
  constructor(read: (from: number) => Promise<Read> | null) {
    this.#read = read;
  }

  /** What was read from this position on; null when nothing was. Rejects as the reading did. */
  async take(from: number): Promise<Read | null> {
    if (from !== this.#from) this.#reads = [];
    const read = (await this.#reads.shift()) ?? null;
    if (read === null) this.#reads = [];
    else this.#from = read.upTo + 1;
    return read;
  }

  /** Goes on reading from this position, where the last that was taken ended. */
  fill(from: number): void {
    if (from !== this.#from) this.#reads = [];
    this.#from = from;
    while (this.#reads.length < DEPTH) {
      const last = this.#reads.at(-1);
      const next = last === undefined ? this.#next(from) : last.then((read) => read && this.#next(read.upTo + 1));
      // Whoever takes it hears of the failure.
      next.catch(() => undefined);
      this.#reads.push(next);
    }
  }

  clear(): void {
    this.#reads = [];
  }

  async #next(from: number): Promise<Read | null> {
    return this.#read(from);
  }
}
