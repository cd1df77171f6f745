import { createServer } from 'node:http';
import { newId } from '@muster/kernel/ids';
import { expect, test } from 'vitest';
import { readTraceParent, startTracing, traceIdOf } from './tracing.ts';

interface Received {
  resourceSpans: {
    resource: { attributes: { key: string; value: { stringValue?: string } }[] };
    scopeSpans: { spans: { traceId: string; spanId: string; parentSpanId?: string; name: string }[] }[];
  }[];
}

test('a collector receives spans under the correlation id, each under its parent, a repeat under the same id', async () => {
  const bodies: Received[] = [];
  const collector = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(JSON.parse(Buffer.concat(chunks).toString()) as Received);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', () => resolve()));
  const address = collector.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const tracing = await startTracing(`http://127.0.0.1:${port}/v1/traces`, 'spec');
  const correlationId = newId();
  const startedAt = new Date();
  const endedAt = new Date(startedAt.getTime() + 5);
  const times = { correlationId, startedAt, endedAt };
  tracing.record({ ...times, about: ['command'], parent: { spanId: '00f067aa0ba902b7' }, name: 'bans.BlockAddress' });
  for (let repeat = 0; repeat < 2; repeat++) {
    tracing.record({ ...times, about: ['task', 'one'], parent: ['command'], name: 'bans.apply', error: 'no nft' });
  }
  await tracing.close();
  collector.close();

  const spans = bodies.flatMap((body) =>
    body.resourceSpans.flatMap((one) => one.scopeSpans.flatMap((two) => two.spans)),
  );
  expect(spans.map((span) => span.name)).toEqual(['bans.BlockAddress', 'bans.apply', 'bans.apply']);
  expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceIdOf(correlationId)]));
  const [command, task, again] = spans;
  expect(command?.parentSpanId).toBe('00f067aa0ba902b7');
  expect(task?.parentSpanId).toBe(command?.spanId);
  expect(again?.spanId).toBe(task?.spanId);
});

test.each([
  ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', true],
  ['01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', false],
  ['00-00000000000000000000000000000000-00f067aa0ba902b7-01', false],
  ['00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01', false],
  ['00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01', false],
  [undefined, false],
])('traceparent %s', (header, good) => {
  expect(readTraceParent(header) !== undefined).toBe(good);
});
