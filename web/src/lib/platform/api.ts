// The one way to the control plane: same origin, JSON, answers parsed by the contract's schema.
// A refusal is a Problem (RFC 9457) in the server's own words; a lost line is a Problem with status 0.
import { z } from 'zod';

// The content security policy forbids code from strings; zod must not even try.
z.config({ jitless: true });

const ProblemBody = z.object({
  type: z.string().default('about:blank'),
  title: z.string(),
  status: z.number(),
  detail: z.string().default(''),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
  correlationId: z.string().default(''),
});

export interface FieldError {
  readonly path: string;
  readonly message: string;
}

export class Problem extends Error {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly errors: readonly FieldError[];
  readonly correlationId: string;
  readonly type: string;

  constructor(body: z.infer<typeof ProblemBody>) {
    super(body.detail === '' ? body.title : body.detail);
    this.name = 'Problem';
    this.type = body.type;
    this.status = body.status;
    this.title = body.title;
    this.detail = body.detail;
    this.errors = body.errors;
    this.correlationId = body.correlationId;
  }

  /** The sentence for one field of a form, if the server named that field. */
  field(path: string): string | undefined {
    return this.errors.find((error) => error.path === path)?.message;
  }
}

let csrfToken = '';
/** Set from `GET /api/session`; sent with everything that changes something. */
export function useCsrfToken(token: string): void {
  csrfToken = token;
}

let onSignedOut: () => void = () => {};
/** Called when the control plane says that nobody is signed in any more. */
export function whenSignedOut(handler: () => void): void {
  onSignedOut = handler;
}

let onProofAsked: (() => Promise<boolean>) | null = null;
/** Called when an action is too dangerous without a fresh proof of who asks; true: it was given, ask again. */
export function whenProofIsAsked(handler: () => Promise<boolean>): void {
  onProofAsked = handler;
}

async function problemOf(response: Response): Promise<Problem> {
  const parsed = ProblemBody.safeParse(await response.json().catch(() => null));
  if (parsed.success) return new Problem(parsed.data);
  return new Problem({
    type: 'about:blank',
    title: 'The control plane answered in words this page does not know',
    status: response.status,
    detail: `It sent status ${response.status} without an explanation.`,
    errors: [],
    correlationId: response.headers.get('x-correlation-id') ?? '',
  });
}

function unreachable(): Problem {
  return new Problem({
    type: 'about:blank',
    title: 'The control plane does not answer',
    status: 0,
    detail: 'No answer came from the control plane. Nothing was changed; the page asks again by itself.',
    errors: [],
    correlationId: '',
  });
}

/** An answer that the contract does not allow is shown as such, never half used. */
function parseAnswer<T>(schema: z.ZodType<T>, body: unknown, path: string): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const first = parsed.error.issues[0];
  throw new Problem({
    type: 'about:blank',
    title: 'This page and the control plane speak different versions',
    status: 502,
    detail: `The answer to ${path} has an unexpected ${first === undefined ? 'shape' : first.path.join('.') || 'shape'}. Reload the page; if it stays, upgrade the control plane.`,
    errors: [],
    correlationId: '',
  });
}

let attended = true;
/** What is asked in `work` nobody waits for: it must not keep a session alive that nobody uses. */
export function unattended<T>(work: () => T): T {
  attended = false;
  try {
    return work();
  } finally {
    attended = true;
  }
}

async function exchange<T>(path: string, init: RequestInit, schema: z.ZodType<T>, announceSignOut = true): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: 'same-origin', redirect: 'error', ...init });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw unreachable();
  }
  if (!response.ok) {
    const problem = await problemOf(response);
    if (problem.status === 401 && announceSignOut) onSignedOut();
    // The same request under the same idempotency key, once.
    if (problem.type.endsWith('/step-up') && announceSignOut && (await onProofAsked?.()) === true)
      return exchange(path, init, schema, false);
    throw problem;
  }
  const body: unknown = response.status === 204 ? undefined : await response.json().catch(() => undefined);
  return parseAnswer(schema, body, path);
}

/** Reads a view. */
export function read<T>(path: string, schema: z.ZodType<T>, signal?: AbortSignal, announceSignOut = true): Promise<T> {
  const init: RequestInit = {
    headers: { accept: 'application/json', ...(attended ? {} : { 'x-muster-unattended': '1' }) },
  };
  if (signal !== undefined) init.signal = signal;
  return exchange(path, init, schema, announceSignOut);
}

export interface SendOptions {
  readonly method?: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Keep the same key for every try of the same form, so that a double submit is one action. */
  readonly key?: string;
  /** Sign-in itself answers 401; that is no reason to go to the sign-in page. */
  readonly quiet?: boolean;
}

/** Begins the trace of one action (W3C Trace Context): the same id stands in its events and in every log. */
function traceParent(): string {
  const span = crypto.getRandomValues(new Uint8Array(8));
  const spanId = [...span].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `00-${crypto.randomUUID().replaceAll('-', '')}-${spanId}-01`;
}

/** Sends a command. */
export function send<T>(path: string, body: unknown, schema: z.ZodType<T>, options: SendOptions = {}): Promise<T> {
  const headers: Record<string, string> = {
    accept: 'application/json',
    'content-type': 'application/json',
    'idempotency-key': options.key ?? crypto.randomUUID(),
    traceparent: traceParent(),
  };
  if (csrfToken !== '') headers['x-muster-csrf'] = csrfToken;
  return exchange(
    path,
    { method: options.method ?? 'POST', headers, body: JSON.stringify(body ?? {}) },
    schema,
    options.quiet !== true,
  );
}

/** For answers whose body does not matter to the page. */
export const Nothing = z.unknown();

/** `?a=1&b=2`, leaving out what is undefined or empty. */
export function query(parameters: Record<string, string | number | boolean | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined && value !== '') search.set(name, String(value));
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}
