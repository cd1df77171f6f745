// Work that costs much is shared out: each key (a person, an export) has so many places at once, and whoever finds none is
// told to come back. Nothing waits in line here, so nobody can fill one.
import { Refusal } from '../errors/refusal.ts';

export class Shares {
  readonly #taken = new Map<string, number>();

  /** `refused` is the sentence for whoever finds no place. */
  constructor(
    private readonly places: number,
    private readonly refused: string,
  ) {}

  /** Throws Refusal when every place is taken. The answer gives the place back; calling it twice is harmless. */
  take(key = ''): () => void {
    const taken = this.#taken.get(key) ?? 0;
    if (taken >= this.places) throw new Refusal('too-many', 'busy', this.refused, { retryAfter: 1 });
    this.#taken.set(key, taken + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const left = (this.#taken.get(key) ?? 1) - 1;
      if (left > 0) this.#taken.set(key, left);
      else this.#taken.delete(key);
    };
  }

  async run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const done = this.take(key);
    try {
      return await work();
    } finally {
      done();
    }
  }
}
