// How long each command and query took and how it ended, as a measurement and as the first span of its trace.
import { Inject, Injectable } from '@nestjs/common';
import { Refusal } from '../errors/refusal.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { TRACING, type Tracing } from '../telemetry/tracing.ts';
import type { RequestContext } from './principal.ts';

/** What the span of an action is about, so that what follows from it finds its parent. */
export const ACTION_SPAN = ['action'] as const;

type Outcome = 'done' | 'refused' | 'failed';

@Injectable()
export class ActionTelemetry {
  constructor(
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(TRACING) private readonly tracing: Tracing,
  ) {}

  async observe<Result>(action: string, context: RequestContext, work: () => Promise<Result>): Promise<Result> {
    const startedAt = new Date();
    const began = performance.now();
    let outcome: Outcome = 'done';
    try {
      return await work();
    } catch (error) {
      outcome = error instanceof Refusal ? 'refused' : 'failed';
      throw error;
    } finally {
      const milliseconds = performance.now() - began;
      this.metrics.actionSeconds.observe({ action, outcome }, milliseconds / 1000);
      this.tracing.record({
        correlationId: context.correlationId,
        about: ACTION_SPAN,
        parent: context.askedFrom === undefined ? null : { spanId: context.askedFrom },
        name: action,
        startedAt,
        endedAt: new Date(startedAt.getTime() + milliseconds),
        attributes: { 'muster.actor': context.principal.actor, 'muster.outcome': outcome },
        ...(outcome === 'done' ? {} : { error: outcome }),
      });
    }
  }
}
