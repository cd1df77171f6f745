// Counts attempts per key in a sliding window, in memory and bounded. For strangers; people who sign in have one in the
// database that outlives a restart.
export class Throttle {
  readonly #windows = new Map<string, { until: number; count: number }>();

  constructor(
    private readonly limit: number,
    private readonly windowMs: number,
    private readonly maxKeys = 20_000,
  ) {}

  take(key: string, now = Date.now()): boolean {
    const known = this.#windows.get(key);
    if (known && known.until > now) return ++known.count <= this.limit;
    if (this.#windows.size >= this.maxKeys) this.#forget(now);
    // Full of live windows: strangers from ever new addresses are all one.
    const slot = this.#windows.size >= this.maxKeys ? '' : key;
    this.#windows.set(slot, { until: now + this.windowMs, count: 1 });
    return true;
  }

  #forget(now: number): void {
    for (const [key, window] of this.#windows) if (window.until <= now) this.#windows.delete(key);
  }
}
