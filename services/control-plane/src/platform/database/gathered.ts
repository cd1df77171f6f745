// Puts questions that come one by one to the database together. While one round is on its way the next fills up, so a lone
// question never waits for company, and ten thousand agents that come back at once cost hundreds of statements. A round begins
// after each of its questions was put: what it finds is never older than the question. How many can wait is bounded by those
// who ask: a connection asks one thing at a time.
interface Waiting<Question, Answer> {
  readonly question: Question;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** Answers a whole round; called with at least one question. */
export type Round<Question, Answer> = (questions: readonly Question[]) => Promise<(question: Question) => Answer>;

const LARGEST_ROUND = 500;

export class Gathered<Question, Answer> {
  readonly #round: Round<Question, Answer>;
  readonly #about: ((question: Question) => string) | undefined;
  #waiting: Waiting<Question, Answer>[] = [];
  #busy = false;

  /** `about`, for a round that writes: two that write the same thing travel in two rounds, in the order they came in. */
  constructor(round: Round<Question, Answer>, about?: (question: Question) => string) {
    this.#round = round;
    this.#about = about;
  }

  ask(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ question, resolve, reject });
      if (this.#busy) return;
      this.#busy = true;
      // After the callbacks of this turn: what arrived together travels together.
      setImmediate(() => void this.#run());
    });
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) await this.#answer(this.#take());
    this.#busy = false;
  }

  #take(): Waiting<Question, Answer>[] {
    const about = this.#about;
    if (about === undefined) return this.#waiting.splice(0, LARGEST_ROUND);
    const round: Waiting<Question, Answer>[] = [];
    const later: Waiting<Question, Answer>[] = [];
    const used = new Set<string>();
    for (const waiting of this.#waiting) {
      const thing = about(waiting.question);
      (round.length < LARGEST_ROUND && !used.has(thing) ? round : later).push(waiting);
      used.add(thing);
    }
    this.#waiting = later;
    return round;
  }

  async #answer(round: readonly Waiting<Question, Answer>[]): Promise<void> {
    try {
      const answerOf = await this.#round(round.map(({ question }) => question));
      for (const { question, resolve } of round) resolve(answerOf(question));
    } catch (error) {
      if (round.length > 1 && isAboutOneOfThem(error)) {
        // What one agent said cannot be stored: the others must not suffer for it.
        for (const one of round) await this.#answer([one]);
        return;
      }
      for (const { reject } of round) reject(error);
    }
  }
}

/** A value that PostgreSQL does not take (class 22, data exception; 23, integrity), not a database that is away. */
function isAboutOneOfThem(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^2[23]/.test(String(error.code));
}
