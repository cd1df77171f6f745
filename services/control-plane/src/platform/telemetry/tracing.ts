// Traces from the page to the receipt, by OpenTelemetry, off unless an endpoint is given. The id of a trace is the
// correlation id that the events carry anyway, and the id of a span derives from what it is about: so a process that
// reads an event tomorrow can still add its span, and a repeat adds the same one.
import type * as OpenTelemetry from '@opentelemetry/api';
import type { Context, Span, SpanContext, Tracer } from '@opentelemetry/api';
import { sha256Hex } from '@muster/kernel/hashing';

const SERVICE = 'muster';
const EXPORT_EVERY_MS = 2_000;
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/;

export interface SpanOf {
  readonly correlationId: string;
  /** What the span is about; the same words give the same id. */
  readonly about: readonly string[];
  readonly parent: readonly string[] | { readonly spanId: string } | null;
  readonly name: string;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly attributes?: Readonly<Record<string, string | number>>;
  /** A sentence when it went wrong. */
  readonly error?: string;
}

export interface Tracing {
  record(span: SpanOf): void;
  close(): Promise<void>;
}

export const NO_TRACING: Tracing = { record: () => undefined, close: () => Promise.resolve() };
export const TRACING = Symbol('TRACING');

export async function startTracing(endpoint: string | undefined, processName: string): Promise<Tracing> {
  if (endpoint === undefined) return NO_TRACING;
  // Only who traces pays for it.
  const [api, sdk, { resourceFromAttributes }, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ]);
  let next: Pick<SpanContext, 'traceId' | 'spanId'> = { traceId: '', spanId: '' };
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({
      'service.name': SERVICE,
      'service.instance.id': `${processName}-${process.pid}`,
    }),
    idGenerator: { generateTraceId: () => next.traceId, generateSpanId: () => next.spanId },
    spanProcessors: [
      new sdk.BatchSpanProcessor({
        exporter: new OTLPTraceExporter({ url: endpoint }),
        scheduledDelayMillis: EXPORT_EVERY_MS,
      }),
    ],
  });
  const tracer: Tracer = provider.getTracer(SERVICE);
  return {
    record({ correlationId, about, parent, name, startedAt, endedAt, attributes = {}, error }) {
      const traceId = traceIdOf(correlationId);
      next = { traceId, spanId: spanIdOf(correlationId, about) };
      const span: Span = tracer.startSpan(
        name,
        { startTime: startedAt, attributes: { ...attributes } },
        under(api, traceId, correlationId, parent),
      );
      if (error !== undefined) span.setStatus({ code: api.SpanStatusCode.ERROR, message: error });
      span.end(endedAt);
    },
    close: () => provider.shutdown(),
  };
}

function under(
  api: Pick<typeof OpenTelemetry, 'ROOT_CONTEXT' | 'trace' | 'TraceFlags'>,
  traceId: string,
  correlationId: string,
  parent: SpanOf['parent'],
): Context {
  if (parent === null) return api.ROOT_CONTEXT;
  const spanId = 'spanId' in parent ? parent.spanId : spanIdOf(correlationId, parent);
  return api.trace.setSpanContext(api.ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: api.TraceFlags.SAMPLED,
    isRemote: true,
  });
}

/** A correlation id is a UUID; a trace id is the same 16 bytes. */
export const traceIdOf = (correlationId: string): string => correlationId.replaceAll('-', '');

function spanIdOf(correlationId: string, about: readonly string[]): string {
  return sha256Hex(new TextEncoder().encode([correlationId, ...about].join('\n'))).slice(0, 16);
}

/** W3C Trace Context §3.2, of which only version 00 is known. undefined for anything else. */
export function readTraceParent(header: unknown): { traceId: string; spanId: string } | undefined {
  const parts = typeof header === 'string' ? TRACEPARENT.exec(header) : null;
  if (parts === null) return undefined;
  const [, traceId = '', spanId = ''] = parts;
  return /^0+$/.test(traceId) || /^0+$/.test(spanId) ? undefined : { traceId, spanId };
}
