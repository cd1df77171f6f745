// How long to wait before dialling again: doubles from a second to five minutes, and is spread over the whole span, so
// that a thousand agents do not come back in the same second.
const LEAST_MS = 1000;
const MOST_MS = 300_000;

export class Backoff {
  #failures = 0;
  readonly #random: () => number;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** A connection that proved itself. */
  succeeded(): void {
    this.#failures = 0;
  }

  next(): number {
    const span = Math.min(MOST_MS, LEAST_MS * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 20);
    return Math.round(span * (0.5 + this.#random() / 2));
  }

  /** The gateway is full and said when to come again; the second that it named is shared by many. */
  asTold(retryAfterMs: number): number {
    return Math.round(Math.min(MOST_MS, retryAfterMs) + this.#random() * LEAST_MS);
  }

  /** Nothing will change soon: the server is retired or quarantined. */
  static readonly hopelessMs = MOST_MS;
}
