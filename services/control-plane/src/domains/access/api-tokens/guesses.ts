// Wrong tokens are counted per address. One that shows too many is answered without a look, for a minute; but what was good
// from there a short time ago stays good, so that a stranger behind the same address cannot stop a program that works.
import { Refusal } from '../../../platform/errors/refusal.ts';
import { Throttle } from '../../../platform/http/throttle.ts';

const WRONG_A_MINUTE = 60;
const WINDOW_MS = 60_000;
const REMEMBERED_MS = 3_600_000;
const MOST_REMEMBERED = 20_000;

export class Guesses {
  readonly #wrong = new Throttle(WRONG_A_MINUTE, WINDOW_MS);
  readonly #barred = new Map<string, number>();
  readonly #good = new Map<string, number>();

  /** Throws Refusal for an address that has guessed too often. */
  look(source: string, hash: string, now = Date.now()): void {
    const until = this.#barred.get(source);
    if (until === undefined) return;
    if (until <= now) {
      this.#barred.delete(source);
      return;
    }
    if ((this.#good.get(`${source} ${hash}`) ?? -Infinity) > now - REMEMBERED_MS) return;
    throw new Refusal('too-many', 'throttled', 'Too many wrong tokens came from your address. Wait a minute', {
      retryAfter: (until - now) / 1000,
    });
  }

  wrong(source: string, now = Date.now()): void {
    if (this.#wrong.take(source, now)) return;
    if (this.#barred.size >= MOST_REMEMBERED) this.#barred.clear();
    this.#barred.set(source, now + WINDOW_MS);
  }

  good(source: string, hash: string, now = Date.now()): void {
    if (this.#good.size >= MOST_REMEMBERED) this.#good.clear();
    this.#good.set(`${source} ${hash}`, now);
  }
}
