// What a form would do, while it is still being filled in.
import { askLater } from './ask-later.ts';

export interface Preview<T> {
  /** null until the first answer, while there is nothing to ask, and when the last question failed. */
  readonly answer: T | null;
  readonly problem: unknown;
}

/**
 * A preview bound to the component that calls this. `question` is called inside an effect: what it reads is what the form says,
 * and a change of it asks anew once the hand rests; until then the last answer stays. null: the form says nothing that could be
 * asked.
 */
export function previewOf<T>(question: () => ((signal: AbortSignal) => Promise<T>) | null): Preview<T> {
  let answer = $state.raw<T | null>(null);
  let problem = $state.raw<unknown>(null);
  $effect(() => {
    const ask = question();
    if (ask === null) {
      [answer, problem] = [null, null];
      return undefined;
    }
    return askLater(
      ask,
      (said) => ([answer, problem] = [said, null]),
      (why) => ([answer, problem] = [null, why]),
    );
  });
  return {
    get answer() {
      return answer;
    },
    get problem() {
      return problem;
    },
  };
}
