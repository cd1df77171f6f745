// Asks what somebody is still typing: not at every key, and an answer that comes after the next question is nobody's.

/** About how long a hand rests between two words. */
const REST_MS = 300;

/**
 * Asks once the hand rests. Calling what it answers takes the question back: it is not asked any more, or is broken off by its
 * signal, and neither `answered` nor `failed` is called.
 */
export function askLater<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  answered: (answer: T) => void,
  failed: (problem: unknown) => void,
): () => void {
  const abort = new AbortController();
  const timer = setTimeout(() => {
    ask(abort.signal).then(
      (answer) => {
        if (!abort.signal.aborted) answered(answer);
      },
      (problem: unknown) => {
        if (!abort.signal.aborted) failed(problem);
      },
    );
  }, REST_MS);
  return () => {
    clearTimeout(timer);
    abort.abort();
  };
}
