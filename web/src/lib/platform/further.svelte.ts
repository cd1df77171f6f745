// The pages of a list after its first: asked for one by one, and forgotten when the question changes or the first page does.
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next: string | null;
}

export class Further<Row> {
  #more = $state.raw<Page<Row> | null>(null);
  problem = $state.raw<unknown>(null);
  busy = $state(false);
  readonly #ask: (after: string) => Promise<Page<Row>>;
  #question = 0;

  constructor(ask: (after: string) => Promise<Page<Row>>) {
    this.#ask = ask;
  }

  /** The first page with what came after it. */
  after(first: Page<Row>): Page<Row> {
    const more = this.#more;
    return more === null ? first : { rows: [...first.rows, ...more.rows], next: more.next };
  }

  async load(after: string): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.problem = null;
    const question = this.#question;
    try {
      const page = await this.#ask(after);
      if (question !== this.#question) return;
      this.#more = { rows: [...(this.#more?.rows ?? []), ...page.rows], next: page.next };
    } catch (failure) {
      if (question === this.#question) this.problem = failure;
    } finally {
      this.busy = false;
    }
  }

  forget(): void {
    this.#question++;
    this.#more = null;
    this.problem = null;
  }
}

/** For a component; `question` reads what the pages depend on. */
export function further<Row>(ask: (after: string) => Promise<Page<Row>>, question: () => unknown): Further<Row> {
  const pages = new Further(ask);
  $effect(() => {
    question();
    pages.forget();
  });
  return pages;
}
