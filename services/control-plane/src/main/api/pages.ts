// The built dashboard, served by the API process so that one port serves all in the local start. In production the web
// container does it.
import { existsSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FastifyInstance } from 'fastify';

type Handler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** False when nothing was built there. */
export async function servePages(server: FastifyInstance, folder: string | undefined): Promise<boolean> {
  if (!folder || !existsSync(join(folder, 'handler.js'))) return false;
  const { handler } = (await import(pathToFileURL(join(folder, 'handler.js')).href)) as { handler: Handler };
  server.route({
    method: ['GET', 'HEAD'],
    url: '/*',
    handler: (request, reply) => {
      reply.hijack();
      for (const [name, value] of Object.entries(reply.getHeaders())) {
        if (value !== undefined) reply.raw.setHeader(name, value);
      }
      handler(request.raw, reply.raw, () => {
        reply.raw.statusCode = 404;
        reply.raw.end('Not found');
      });
    },
  });
  return true;
}
