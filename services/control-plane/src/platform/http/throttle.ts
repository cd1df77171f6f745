// Counts attempts per key in windows of fixed length, in memory and bounded. For strangers and for the pace of requests;
// people who sign in have one in the database that outlives a restart.
export interface Pace {
  readonly allowed: boolean;
  /** How many more there are in this window. */
  readonly remaining: number;
  /** When the window ends. */
  readonly resetsInMs: number;
}

export class Throttle {
  readonly #windows = new Map<string, { until: number; count: number }>();

  constructor(
    readonly limit: number,
    readonly windowMs: number,
    private readonly maxKeys = 20_000,
  ) {}

  take(key: string, now = Date.now(), amount = 1): boolean {
    return this.pace(key, now, amount).allowed;
  }

  pace(key: string, now = Date.now(), amount = 1): Pace {
    const window = this.#window(key, now);
    window.count += amount;
    return {
      allowed: window.count <= this.limit,
      remaining: Math.max(0, this.limit - window.count),
      resetsInMs: window.until - now,
    };
  }

  #window(key: string, now: number): { until: number; count: number } {
    const known = this.#windows.get(key);
    if (known && known.until > now) return known;
    if (this.#windows.size >= this.maxKeys) this.#forget(now);
    // Full of live windows: strangers from ever new addresses are all one.
    const slot = this.#windows.size >= this.maxKeys ? '' : key;
    const shared = slot === key ? undefined : this.#windows.get(slot);
    if (shared && shared.until > now) return shared;
    const fresh = { until: now + this.windowMs, count: 0 };
    this.#windows.set(slot, fresh);
    return fresh;
  }

  #forget(now: number): void {
    for (const [key, window] of this.#windows) if (window.until <= now) this.#windows.delete(key);
  }
}
