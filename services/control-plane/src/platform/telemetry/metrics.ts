// What a process tells Prometheus. Names follow its conventions: unit last, `_total` for counters. Labels are few and
// bounded: never a server, a person or an address.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

const FAST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const TASK_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600];

export class Metrics {
  readonly registry = new Registry();

  readonly requestSeconds = new Histogram({
    name: 'muster_http_request_duration_seconds',
    help: 'Time from the request to the last byte of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: FAST_SECONDS,
    registers: [this.registry],
  });
  readonly actionSeconds = new Histogram({
    name: 'muster_action_duration_seconds',
    help: 'Time of a command or query on the bus; outcome is done, refused or failed',
    labelNames: ['action', 'outcome'],
    buckets: FAST_SECONDS,
    registers: [this.registry],
  });
  readonly appendSeconds = new Histogram({
    name: 'muster_ledger_append_duration_seconds',
    help: 'Time of one append to the ledger, waiting for its group included; outcome is stored or refused',
    labelNames: ['outcome'],
    buckets: FAST_SECONDS,
    registers: [this.registry],
  });
  readonly taskSeconds = new Histogram({
    name: 'muster_task_duration_seconds',
    help: 'Time from a task on record to its end on record; outcome is its final state',
    labelNames: ['task', 'outcome'],
    buckets: TASK_SECONDS,
    registers: [this.registry],
  });

  constructor(processName: string) {
    this.registry.setDefaultLabels({ process: processName });
    collectDefaultMetrics({ register: this.registry });
  }

  /** A value that is asked for at each scrape. null: nobody knows at the moment, and what was known last stands. */
  gauge(name: string, help: string, read: () => number | Promise<number | null>): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers: [this.registry],
      async collect() {
        const value = await read();
        if (value !== null) gauge.set(value);
      },
    });
  }

  counter<Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }
}
