// One action followed from the page to the receipts of five real servers, by its trace, its log lines and its metrics.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BlockAddress } from '@muster/contracts/bans';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METRICS_PORT, TRACES } from '../../lab/lab.setup.ts';
import type { CollectedSpan } from '../../lab/trace-collector.ts';
import { launchChromium, visit } from '../support/browser.ts';
import { eventually, labUnderTest, type LabUnderTest } from '../support/lab-under-test.ts';
import { signIn } from '../support/person.ts';

const MONITORING = join(import.meta.dirname, '../../../deploy/monitoring');
const RANGE = '198.51.100.44';

/** `00-<trace>-<span>-01`, as W3C Trace Context spells it. */
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-01$/;

describe('an action', () => {
  let up: LabUnderTest;
  let browser: Browser;
  /** What the page said with its request. */
  let asked: { traceId: string; spanId: string };

  beforeAll(async () => {
    up = await labUnderTest();
    browser = await launchChromium(up.lab.url);
    const { page } = await visit(browser, up.lab.url);
    await signIn(page, up.lab.owner);
    await page.goto('/bans');
    await page
      .getByRole('button', { name: /^Block an address/ })
      .first()
      .click();
    const dialog = page.getByRole('dialog', { name: 'Block an address or range' });
    await dialog.getByLabel('Address or range').fill(RANGE);
    await dialog.getByLabel('Reason').fill('To be traced');
    await dialog.getByText('Will reach').filter({ hasText: '5 of 5' }).waitFor();
    const sent = page.waitForRequest((request) => new URL(request.url()).pathname === '/api/bans/blocks');
    await dialog.getByRole('button', { name: `Block ${RANGE} on 5 servers` }).click();
    const [, traceId = '', spanId = ''] = TRACEPARENT.exec((await sent).headers()['traceparent'] ?? '') ?? [];
    asked = { traceId, spanId };
  });
  afterAll(async () => {
    await browser?.close();
  });

  it('is one trace from the page on: the action, a task per server, and the work on each host', async () => {
    expect(asked.traceId).toMatch(/^[0-9a-f]{32}$/);
    const spans = await eventually(
      'the trace',
      async () => spansOf(asked.traceId),
      (seen) => seen.filter((span) => span.name === 'worked on the host').length === up.lab.servers.length,
      30_000,
    );
    const [action, ...others] = spans.filter((span) => span.name === BlockAddress.name);
    expect(others).toEqual([]);
    expect(action?.parentSpanId).toBe(asked.spanId);
    const tasks = spans.filter((span) => span.parentSpanId === action?.spanId);
    expect(new Set(tasks.map((span) => span.spanId)).size).toBe(up.lab.servers.length);
    for (const task of tasks) {
      const parts = spans.filter((span) => span.parentSpanId === task.spanId).map((span) => span.name);
      expect(parts).toEqual(expect.arrayContaining(['on its way to the server', 'worked on the host']));
    }
  });

  it('is found by its id in the logs of the processes that it went through', async () => {
    const [control, signer] = await eventually(
      'its log lines',
      async () => ['control-plane', 'signer'].map((process) => linesOf(up, process, asked.traceId)),
      ([first = []]) => first.filter((line) => line.message === 'task ended').length === up.lab.servers.length,
      15_000,
    );
    expect(control).toContainEqual(
      expect.objectContaining({ message: 'request', method: 'POST', route: '/api/bans/blocks', status: 202 }),
    );
    const ended = control?.filter((line) => line.message === 'task ended') ?? [];
    expect(ended.map(({ outcome }) => outcome)).toEqual(up.lab.servers.map(() => 'succeeded'));
    const signed = signer?.filter((line) => line.msg === 'signed').map(({ task }) => task);
    expect(new Set(signed)).toEqual(new Set(ended.map(({ task }) => task)));
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

function spansOf(traceId: string): CollectedSpan[] {
  return readFileSync(TRACES, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as CollectedSpan)
    .filter((span) => span.traceId === traceId);
}

interface LogLine {
  readonly correlationId?: string;
  readonly message?: string;
  readonly msg?: string;
  readonly task?: string;
  readonly outcome?: string;
}

/** What a process wrote under the correlation id that is the same 16 bytes as the id of the trace. */
function linesOf({ lab }: LabUnderTest, process: string, traceId: string): LogLine[] {
  const correlationId = traceId.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return readFileSync(join(lab.dataFolder, 'logs', `${process}.log`), 'utf8')
    .split('\n')
    .filter((line) => line.includes(correlationId) && line.startsWith('{'))
    .map((line) => JSON.parse(line) as LogLine)
    .filter((line) => line.correlationId === correlationId);
}
