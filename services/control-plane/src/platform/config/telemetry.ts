// What a process tells about itself, and to whom. All of it is off until it is asked for.
import { z } from 'zod';

/** A compose file passes what is not set on as an empty text. */
const absentWhenEmpty = (given: unknown): unknown => (given === '' ? undefined : given);

export const telemetryShape = {
  MUSTER_METRICS_PORT: z
    .preprocess(absentWhenEmpty, z.coerce.number().int().min(1).max(65_535).optional())
    .describe('Port of GET /metrics for Prometheus; absent: nothing is served'),
  MUSTER_METRICS_BIND: z
    .string()
    .default('127.0.0.1')
    .describe('Address of GET /metrics; whoever reaches it may read it, so loopback or a network of its own'),
  MUSTER_OTLP_TRACES: z
    .preprocess(absentWhenEmpty, z.url().optional())
    .describe('OpenTelemetry collector for traces, like http://collector:4318/v1/traces; absent: none are sent'),
};
