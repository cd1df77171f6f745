// What the API answers when it does not do something: RFC 9457 problem details, as an error with a word for programs.
export interface FieldProblem {
  readonly path: string;
  readonly message: string;
}

export class MusterProblem extends Error {
  override readonly name = 'MusterProblem';
  readonly status: number;
  /** A word for programs: `not-found`, `rate-limit`, `needs-person`, … */
  readonly code: string;
  readonly title: string;
  /** What was wrong with which field of the input. */
  readonly fields: readonly FieldProblem[];
  /** Quote it to whoever runs Muster: it stands in every log line and event of the request. */
  readonly correlationId: string | undefined;

  constructor(status: number, body: unknown) {
    const said = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
    const text = (name: string, fallback: string): string => {
      const value = said[name];
      return typeof value === 'string' ? value : fallback;
    };
    super(text('detail', `Muster answered ${status}`));
    this.status = status;
    this.code = text('code', 'unknown');
    this.title = text('title', '');
    this.fields = Array.isArray(said['errors']) ? (said['errors'] as FieldProblem[]) : [];
    this.correlationId = text('correlationId', '') || undefined;
  }
}
