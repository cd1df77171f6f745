// One filled-in form on its way: busy, refused field by field, or done. The idempotency key is made with the form and
// kept over retries, so that a double submit or a repeat after a lost answer is one action.
import { Problem } from './api.ts';

export class Submission {
  busy = $state(false);
  problem = $state.raw<unknown>(null);
  #key = crypto.randomUUID();
  #sentBody = '';
  #local = $state.raw<ReadonlyMap<string, string>>(new Map());

  /** The sentence for a field: found here, or said by the control plane. */
  field(path: string): string | undefined {
    const here = this.#local.get(path);
    if (here !== undefined) return here;
    return this.problem instanceof Problem ? this.problem.field(path) : undefined;
  }

  /** What is wrong but belongs to no field of this form. */
  get general(): string | undefined {
    if (this.problem === null) return undefined;
    if (!(this.problem instanceof Problem))
      return 'This page stumbled over the answer. Nothing is known to have changed.';
    if (this.problem.errors.length > 0) return undefined;
    return this.problem.detail === '' ? this.problem.title : this.problem.detail;
  }

  refuse(errors: ReadonlyMap<string, string>): void {
    this.#local = errors;
  }

  /** Sends once at a time; answers undefined when refused. A changed body is another action and gets another key. */
  async send<T>(body: unknown, post: (key: string) => Promise<T>): Promise<T | undefined> {
    if (this.busy) return undefined;
    const text = JSON.stringify(body);
    if (this.#sentBody !== '' && this.#sentBody !== text) this.#key = crypto.randomUUID();
    this.#sentBody = text;
    this.busy = true;
    this.problem = null;
    this.#local = new Map();
    try {
      const answer = await post(this.#key);
      this.#key = crypto.randomUUID();
      this.#sentBody = '';
      return answer;
    } catch (problem) {
      this.problem = problem;
      return undefined;
    } finally {
      this.busy = false;
    }
  }

  reset(): void {
    this.problem = null;
    this.#local = new Map();
    this.#key = crypto.randomUUID();
    this.#sentBody = '';
  }
}

/** Checks a form with its contract; the first sentence per field. */
export function fieldErrors(
  result:
    { success: true } | { success: false; error: { issues: readonly { path: PropertyKey[]; message: string }[] } },
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (result.success) return found;
  for (const issue of result.error.issues) {
    const path = issue.path.map(String).join('.');
    if (!found.has(path)) found.set(path, issue.message);
  }
  return found;
}
