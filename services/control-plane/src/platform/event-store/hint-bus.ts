// Hints make things fast, never correct: whoever waits for one also polls. A lost or repeated hint changes nothing.
export interface HintBus {
  publish(topic: string, payload: unknown): void;
  /** Returns the function that ends the subscription. */
  subscribe(topic: string, listener: (payload: unknown) => void): () => void;
}

/** Something was appended and has no position yet. */
export const APPENDED = 'ledger.appended';
/** The log has grown; payload `{ size }`. */
export const SEQUENCED = 'ledger.sequenced';

/** Reaches this process only. */
export class InProcessHintBus implements HintBus {
  readonly #listeners = new Map<string, Set<(payload: unknown) => void>>();

  publish(topic: string, payload: unknown): void {
    for (const listener of this.#listeners.get(topic) ?? []) listener(payload);
  }

  subscribe(topic: string, listener: (payload: unknown) => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(listener));
    return () => void listeners.delete(listener);
  }
}
