// What becomes of every request: a measurement, a line in the log, and the correlation id on both and in the answer.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Logger } from '@nestjs/common';
import { correlationIdOf } from '../http/problem.ts';
import { withCorrelation } from './correlation.ts';
import type { Metrics } from './metrics.ts';

const SECOND = 1000;

export function observeRequests(server: FastifyInstance, metrics: Metrics): void {
  const log = new Logger('Http');
  server.addHook('onRequest', (request, reply, done) => {
    const correlationId = correlationIdOf(request);
    void reply.header('x-correlation-id', correlationId);
    withCorrelation(correlationId, done);
  });
  server.addHook('onResponse', (request, reply, done) => {
    const route = routeOf(request);
    const milliseconds = reply.elapsedTime;
    const { method } = request;
    const status = reply.statusCode;
    metrics.requestSeconds.observe({ method, route, status }, milliseconds / SECOND);
    const line = {
      message: 'request',
      correlationId: correlationIdOf(request),
      method,
      route,
      status,
      ms: Math.round(milliseconds * 10) / 10,
    };
    if (status >= 500) log.warn(line);
    else if (isReading(method)) log.debug(line);
    else log.log(line);
    done();
  });
}

/** The template, never the address itself: ids and one-time links stay out of logs, and labels stay few. */
function routeOf(request: FastifyRequest): string {
  return request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
}

const isReading = (method: string): boolean => method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
