// One action followed from the page to the receipts of five real servers, by its trace, its log lines and its metrics.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BlockAddress } from '@muster/contracts/bans';
import { describe, expect, it } from 'vitest';
import { METRICS_PORT, TRACES } from '../../lab/lab.setup.ts';
import type { CollectedSpan } from '../../lab/trace-collector.ts';
import { eventually, labUnderTest } from '../support/lab-under-test.ts';

const MONITORING = join(import.meta.dirname, '../../../deploy/monitoring');
const RANGE = '198.51.100.44';

describe('an action', () => {
  it('is one trace: the action, a task per server, and the work on each host', async () => {
    const { lab } = await labUnderTest();
    const api = await lab.signIn();
    await api.call(BlockAddress, { range: RANGE, target: { kind: 'fleet' }, seconds: 600, reason: 'To be traced' });
    const spans = await eventually(
      'the trace',
      async () => traceOf(BlockAddress.name),
      (seen) => seen.filter((span) => span.name === 'worked on the host').length === lab.servers.length,
      30_000,
    );
    const [action] = spans.filter((span) => span.name === BlockAddress.name);
    const tasks = spans.filter((span) => span.parentSpanId === action?.spanId);
    expect(new Set(tasks.map((span) => span.spanId)).size).toBe(lab.servers.length);
    for (const task of tasks) {
      const parts = spans.filter((span) => span.parentSpanId === task.spanId).map((span) => span.name);
      expect(parts).toEqual(expect.arrayContaining(['on its way to the server', 'worked on the host']));
    }
  });

  it('is measured under names that the dashboard and the alarms use', async () => {
    const answer = await fetch(`http://127.0.0.1:${METRICS_PORT}/metrics`);
    const text = await answer.text();
    const served = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
    const used = ['alerts.yml', 'grafana-dashboard.json'].flatMap((file) =>
      [...readFileSync(join(MONITORING, file), 'utf8').matchAll(/\bmuster_[a-z_]+/g)].map(([name]) =>
        name.replace(/_(bucket|count|sum)$/, ''),
      ),
    );
    expect(used.length).toBeGreaterThan(10);
    expect(used.filter((name) => !served.has(name))).toEqual([]);
    // This host's own agent is one more.
    expect(text).toMatch(/^muster_agents_connected\{[^}]*\} [56]$/m);
    expect(text).toMatch(/muster_task_duration_seconds_count\{[^}]*outcome="succeeded"[^}]*\} [1-9]/);
    expect(text).not.toMatch(new RegExp(`${RANGE}|fra-web-01`));
  });
});

/** Spans of the newest trace that holds an action of this name. */
function traceOf(action: string): CollectedSpan[] {
  const spans = readFileSync(TRACES, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as CollectedSpan);
  const trace = spans.findLast((span) => span.name === action)?.traceId;
  return spans.filter((span) => span.traceId === trace);
}
