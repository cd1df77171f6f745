// What is done after a burst of events, once for all of them. While it is being done nothing is begun a second time, however slow
// the host is: what happened meanwhile is one more time afterwards.
export class AfterBurst {
  readonly #waitMs: number;
  readonly #work: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #working = false;
  #again = false;
  #stopped = false;

  /** `work` says itself when it fails, and does not reject. */
  constructor(waitMs: number, work: () => Promise<void>) {
    this.#waitMs = waitMs;
    this.#work = work;
  }

  /** Something happened. */
  soon(): void {
    if (this.#working) this.#again = true;
    else if (!this.#stopped) this.#timer ??= setTimeout(() => void this.#run(), this.#waitMs);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    this.#timer = undefined;
    this.#working = true;
    this.#again = false;
    try {
      await this.#work();
    } finally {
      this.#working = false;
      if (this.#again) this.soon();
    }
  }
}
