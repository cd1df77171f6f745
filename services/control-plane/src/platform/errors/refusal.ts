// A refusal is an answer, not an accident: a sentence for the person, a word for programs, a kind for the edge.
export type RefusalKind =
  'invalid' | 'unauthenticated' | 'forbidden' | 'not-found' | 'conflict' | 'too-many' | 'too-large' | 'unavailable';

export interface FieldError {
  readonly path: string;
  readonly message: string;
}

export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly kind: RefusalKind;
  readonly code: string;
  readonly fields: readonly FieldError[];
  /** What stands in the ledger, for ever: the sentence, unless it names a person. */
  readonly recordedAs: string;
  /** Seconds after which asking again makes sense. */
  readonly retryAfter: number | undefined;

  constructor(
    kind: RefusalKind,
    code: string,
    sentence: string,
    more: { fields?: readonly FieldError[]; retryAfter?: number; recordedAs?: string } = {},
  ) {
    super(sentence);
    this.kind = kind;
    this.code = code;
    this.fields = more.fields ?? [];
    this.retryAfter = more.retryAfter;
    this.recordedAs = more.recordedAs ?? sentence;
  }
}

export const notFound = (thing: string) => new Refusal('not-found', 'not-found', `There is no ${thing} with that id`);
