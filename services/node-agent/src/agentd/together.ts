// What is asked of the root helper again and again. Each thing has its own pace; when the helper is awake for one of them,
// those that would come due soon come along, so that it is woken seldom and can end in between.

/** What has waited this share of its time comes along. */
const RIPE = 0.75;

interface Errand {
  readonly everyMs: number;
  readonly run: () => void;
  takenAt: number;
  timer: NodeJS.Timeout | undefined;
}

export class Together {
  readonly #errands: Errand[] = [];
  readonly #now: () => number;
  #stopped = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** First after `everyMs`, then again at most that long after it was last run. `run` says itself when it fails. */
  every(everyMs: number, run: () => void): void {
    const errand: Errand = { everyMs, run, takenAt: this.#now(), timer: undefined };
    this.#errands.push(errand);
    this.#wait(errand);
  }

  /** The helper is awake: who is ripe runs now instead of waking it again. */
  awake(): void {
    if (this.#stopped) return;
    const now = this.#now();
    const ripe = this.#errands.filter((one) => now - one.takenAt >= one.everyMs * RIPE);
    for (const errand of ripe) {
      errand.takenAt = now;
      this.#wait(errand);
    }
    for (const { run } of ripe) run();
  }

  stop(): void {
    this.#stopped = true;
    for (const { timer } of this.#errands) clearTimeout(timer);
  }

  #wait(errand: Errand): void {
    clearTimeout(errand.timer);
    errand.timer = setTimeout(() => this.awake(), errand.everyMs);
  }
}
