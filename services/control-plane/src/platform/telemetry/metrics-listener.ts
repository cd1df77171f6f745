// GET /metrics on an address of its own, so that the public listener never serves it. Loopback unless told otherwise.
import { createServer, type Server } from 'node:http';
import type { Registry } from 'prom-client';

export interface MetricsAddress {
  readonly port: number;
  readonly bind: string;
}

export interface MetricsListener {
  readonly port: number;
  close(): Promise<void>;
}

export async function serveMetrics(registry: Registry, { port, bind }: MetricsAddress): Promise<MetricsListener> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('Ask for GET /metrics\n');
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => response.writeHead(503, { 'content-type': 'text/plain' }).end('A measurement failed; try again\n'),
    );
  });
  // A scraper needs one connection; whoever opens more waits.
  server.maxConnections = 16;
  server.requestTimeout = 10_000;
  await listening(server, port, bind);
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function listening(server: Server, port: number, bind: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, bind, () => resolve());
  });
}
