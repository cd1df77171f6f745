// A rate with room for a burst: what was not used is saved up to a bound.
export class TokenBucket {
  readonly #most: number;
  #tokens: number;
  #at = performance.now();

  constructor(
    private readonly perSecond: number,
    burstSeconds: number,
  ) {
    this.#most = perSecond * burstSeconds;
    this.#tokens = this.#most;
  }

  /** False when so much is not there; then nothing is taken. */
  take(amount: number): boolean {
    const now = performance.now();
    this.#tokens = Math.min(this.#most, this.#tokens + ((now - this.#at) / 1000) * this.perSecond);
    this.#at = now;
    if (this.#tokens < amount) return false;
    this.#tokens -= amount;
    return true;
  }
}
