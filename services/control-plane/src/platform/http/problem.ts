// One mapping from errors to answers: RFC 9457 problem details. A Refusal says its sentence; anything else is ours, gets
// a case number, and its details go to the log only.
import type { Problem } from '@muster/contracts/live';
import { isUuid, newId } from '@muster/kernel/ids';
import { Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal, type RefusalKind } from '../errors/refusal.ts';
import { readTraceParent } from '../telemetry/tracing.ts';

const STATUS: Record<RefusalKind, [status: number, title: string]> = {
  invalid: [400, 'Not accepted'],
  unauthenticated: [401, 'Not signed in'],
  forbidden: [403, 'Not permitted'],
  'not-found': [404, 'Not found'],
  conflict: [409, 'Conflict'],
  'too-large': [413, 'Too large'],
  'too-many': [429, 'Too many'],
  unavailable: [503, 'Not available'],
};

const log = new Logger('Http');

export function problemOf(error: unknown, correlationId: string): { problem: Problem; retryAfter: number | undefined } {
  if (error instanceof Refusal) {
    const [status, title] = STATUS[error.kind];
    return {
      retryAfter: error.retryAfter,
      problem: {
        type: `https://muster.invalid/problems/${error.code}`,
        title,
        status,
        detail: error.message,
        code: error.code,
        correlationId,
        ...(error.fields.length > 0 ? { errors: error.fields.map((field) => ({ ...field })) } : {}),
      },
    };
  }
  const status = clientErrorStatus(error);
  if (status !== undefined) {
    const refusal = new Refusal(
      status === 413 ? 'too-large' : status === 404 ? 'not-found' : 'invalid',
      status === 404 ? 'not-found' : 'request',
      sentenceFor(status),
    );
    return problemOf(refusal, correlationId);
  }
  if (databaseIsAway(error)) {
    log.error({ correlationId, error: String(error) });
    const sentence = 'The database does not answer at this moment. Nothing is known to be done; repeat the request';
    return problemOf(new Refusal('unavailable', 'database', sentence, { retryAfter: 2 }), correlationId);
  }
  log.error({ correlationId, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  return {
    retryAfter: undefined,
    problem: {
      type: 'https://muster.invalid/problems/internal',
      title: 'Muster failed',
      status: 500,
      detail: `Something in Muster failed. The log has it under case ${correlationId.slice(0, 8)}`,
      code: 'internal',
      correlationId,
    },
  };
}

/** SQLSTATE classes: connection (08), resources such as a full disk (53), an operator's shutdown or a restart (57P). */
const AWAY = /^(?:08...|53...|57P..)$/;
const UNREACHABLE = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND']);
/** What the driver says without a code of its own. */
const DRIVER = /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection)/;

function databaseIsAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code: unknown = Reflect.get(error, 'code');
  if (typeof code === 'string' && (AWAY.test(code) || UNREACHABLE.has(code))) return true;
  return DRIVER.test(error.message) || databaseIsAway(error.cause);
}

/** Errors of the HTTP layer itself (malformed JSON, a body too large) carry a status of their own. */
function clientErrorStatus(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const status: unknown = Reflect.get(error, 'statusCode') ?? Reflect.get(error, 'status');
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

function sentenceFor(status: number): string {
  if (status === 404) return 'There is nothing at this address';
  if (status === 413) return 'The request is larger than Muster takes';
  if (status === 415) return 'Send the body as application/json';
  return 'The request could not be read: send a JSON object';
}

export async function sendProblem(request: FastifyRequest, reply: FastifyReply, error: unknown): Promise<void> {
  const { problem, retryAfter } = problemOf(error, correlationIdOf(request));
  if (retryAfter !== undefined) void reply.header('retry-after', String(Math.ceil(retryAfter)));
  await reply.status(problem.status).header('content-type', 'application/problem+json').send(JSON.stringify(problem));
}

const correlations = new WeakMap<object, string>();

const UUID_PARTS = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/;

function uuidOf(traceId: string | undefined): string | undefined {
  const uuid = traceId?.replace(UUID_PARTS, '$1-$2-$3-$4-$5');
  return uuid !== undefined && isUuid(uuid) ? uuid : undefined;
}

/** One id per request, in every log line and event it leads to. */
export function correlationIdOf(request: FastifyRequest): string {
  const known = correlations.get(request.raw);
  if (known) return known;
  // A page or another program may have begun the trace: its id, when it has the form of ours, is the correlation.
  const fresh = uuidOf(readTraceParent(request.headers.traceparent)?.traceId) ?? newId();
  correlations.set(request.raw, fresh);
  return fresh;
}
