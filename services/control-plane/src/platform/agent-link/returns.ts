// When a fleet comes back at once, most of it finds no place. Each that is sent away is told when to come again, one after
// the other at a rate that a gateway can take: left to themselves they would all try again together, and then wait ever longer.
const PER_SECOND = 500;
/** Nobody is sent away for longer; whoever finds no place then is told again. */
const MOST_SECONDS = 60;

export class Returns {
  #last = 0;

  /** Whole seconds from now, as Retry-After wants them. `now`: milliseconds of a clock that only goes forward. */
  next(now: number): number {
    this.#last = Math.max(now, this.#last) + 1000 / PER_SECOND;
    this.#last = Math.min(this.#last, now + MOST_SECONDS * 1000);
    return Math.max(1, Math.round((this.#last - now) / 1000));
  }
}
