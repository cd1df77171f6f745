// What a part of a page shows: asked once, asked again when its question changes or a hint says that the answer did.
// While a new answer is on its way the old one stays readable; after a failure it stays too, beside what went wrong. Unless
// the failure is that the reader may not see it any more: then it goes.
import { Problem, unattended } from './api.ts';
import { live } from './live.svelte.ts';

/** Hints come in bursts; a page asks at the first one, and then at most four times a second. */
const COALESCE_MS = 250;
/** Signed out, not allowed, not there for this reader. */
const NOT_THEIRS = new Set([401, 403, 404]);

export class View<T> {
  /** null until the first answer. */
  data = $state.raw<T | null>(null);
  problem = $state.raw<unknown>(null);
  asking = $state(false);
  #ask: (signal: AbortSignal) => Promise<T>;
  #abort: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #again = false;
  /** When the newest question was asked; `performance.now()`. */
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(ask: (signal: AbortSignal) => Promise<T>) {
    this.#ask = ask;
  }

  /** Nothing to show yet and nothing went wrong. */
  get loading(): boolean {
    return this.data === null && this.problem === null;
  }

  /** Asks now and drops an older question that is still open. */
  refresh(): void {
    this.#askNow((signal) => this.#ask(signal));
  }

  /** Because something changed, not because somebody looked. */
  #askAgain(): void {
    this.#askNow((signal) => unattended(() => this.#ask(signal)));
  }

  #askNow(ask: (signal: AbortSignal) => Promise<T>): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.asking = true;
    this.#askedAt = performance.now();
    this.#again = false;
    ask(abort.signal).then(
      (data) => this.#settle(abort, () => ((this.data = data), (this.problem = null))),
      (problem: unknown) =>
        this.#settle(abort, () => {
          this.problem = problem;
          if (problem instanceof Problem && NOT_THEIRS.has(problem.status)) this.data = null;
        }),
    );
  }

  /** Asks soon; a burst of hints is few questions, and an open question is never cut off by a hint. */
  hinted(): void {
    if (this.asking) this.#again = true;
    else this.#askSoon();
  }

  #askSoon(): void {
    const rest = Math.max(0, this.#askedAt + COALESCE_MS - performance.now());
    this.#timer ??= setTimeout(() => this.#askAgain(), rest);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#abort?.abort();
    this.#abort = null;
    this.asking = false;
  }

  #settle(abort: AbortController, take: () => void): void {
    if (this.#abort !== abort || abort.signal.aborted) return;
    take();
    this.asking = false;
    if (this.#again) this.#askSoon();
  }
}

/**
 * A view bound to the component that calls this. `ask` is called inside an effect: what it reads synchronously is its
 * question, and a change of it asks anew. `topics` name the hints that make the answer old.
 */
export function view<T>(ask: (signal: AbortSignal) => Promise<T>, topics: () => readonly string[] = () => []): View<T> {
  const shown = new View<T>(ask);
  $effect(() => {
    shown.refresh();
    return () => shown.stop();
  });
  $effect(() => live.watch(topics(), () => shown.hinted()));
  return shown;
}
