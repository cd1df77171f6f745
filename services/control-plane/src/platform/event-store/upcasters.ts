// Stored events are never rewritten. What an older release stored is lifted on reading, one schema version at a time.
import type { JsonObject } from '@muster/kernel/canonical-json';

/** Pure: data of schema version n in, data of n + 1 out. */
export type Upcaster = (data: JsonObject) => JsonObject;

export class Upcasters {
  readonly #steps = new Map<string, Upcaster>();

  /** `from` is the schema version that the step takes. Throws when it is declared twice. */
  register(type: string, from: number, step: Upcaster): this {
    const key = `${type}@${from}`;
    if (this.#steps.has(key)) throw new Error(`two upcasters for ${key}`);
    this.#steps.set(key, step);
    return this;
  }

  lift(type: string, version: number, data: JsonObject): { version: number; data: JsonObject } {
    let current = { version, data };
    for (;;) {
      const step = this.#steps.get(`${type}@${current.version}`);
      if (step === undefined) return current;
      current = { version: current.version + 1, data: step(current.data) };
    }
  }
}
