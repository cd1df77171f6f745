// Headers that every answer carries. The pages' Content-Security-Policy is made by SvelteKit, with a nonce per page.
import type { FastifyInstance } from 'fastify';

export function secureHeaders(server: FastifyInstance): void {
  server.addHook('onRequest', async (request, reply) => {
    // A request that says JSON and carries nothing is a request without a body.
    if (request.method === 'DELETE' && !request.headers['content-length']) delete request.headers['content-type'];
    void reply
      .header('x-content-type-options', 'nosniff')
      .header('x-frame-options', 'DENY')
      .header('referrer-policy', 'no-referrer')
      .header('cross-origin-opener-policy', 'same-origin')
      .header('cross-origin-resource-policy', 'same-origin')
      .header('permissions-policy', 'camera=(), microphone=(), geolocation=(), payment=()');
  });
}
