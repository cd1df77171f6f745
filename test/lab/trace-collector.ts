// Stands where an OpenTelemetry collector stands: takes OTLP over HTTP and keeps each span as a line of a file.
import { createServer } from 'node:http';
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';

export interface CollectedSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
}

interface Export {
  resourceSpans: { scopeSpans: { spans: CollectedSpan[] }[] }[];
}

export async function collectTraces(file: string): Promise<{ endpoint: string; close(): Promise<void> }> {
  writeFileSync(file, '', { mode: 0o600 });
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const told = JSON.parse(Buffer.concat(chunks).toString()) as Export;
      const spans = told.resourceSpans.flatMap((one) => one.scopeSpans.flatMap((two) => two.spans));
      appendFileSync(file, spans.map((span) => `${JSON.stringify(span)}\n`).join(''));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    endpoint: `http://127.0.0.1:${port}/v1/traces`,
    close: () =>
      new Promise((resolve) => {
        rmSync(file, { force: true });
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
