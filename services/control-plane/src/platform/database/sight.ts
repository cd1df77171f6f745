// What whoever asks may be shown. It follows the request instead of being handed from function to function, because a
// single forgotten hand-over would show everything: without a sight, PostgreSQL shows nothing.
import { AsyncLocalStorage } from 'node:async_hooks';

export interface Sight {
  /** Keys of scopes (scopeKey in the contracts), `['fleet']` for all of them. */
  readonly scopes: readonly string[];
  /** Own rows are seen wherever they lie. */
  readonly actor: string;
}

const sights = new AsyncLocalStorage<Sight>();

export const currentSight = (): Sight | undefined => sights.getStore();

export const seesFleet = (sight: Sight | undefined): boolean => sight?.scopes.includes('fleet') ?? false;

export function withSight<T>(sight: Sight, work: () => T): T {
  return sights.run(sight, work);
}

/** A stream is read after its query has returned: each step of it sees what the query saw. */
export function keepingSight<T>(steps: AsyncIterable<T>): AsyncIterable<T> {
  // Taken now, not with the first step: that one is asked for by whoever sends the answer.
  const sight = currentSight();
  return sight ? stepping(steps, sight) : steps;
}

async function* stepping<T>(steps: AsyncIterable<T>, sight: Sight): AsyncIterable<T> {
  const iterator = steps[Symbol.asyncIterator]();
  try {
    for (;;) {
      const step = await withSight(sight, () => iterator.next());
      if (step.done) return;
      yield step.value;
    }
  } finally {
    await iterator.return?.();
  }
}
