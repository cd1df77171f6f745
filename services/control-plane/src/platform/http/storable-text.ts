// Text that a database cannot hold is refused at the door: PostgreSQL takes no NUL in text or JSON, and half a surrogate
// pair is no character. Deeper inside it would be an error of ours; here it is a sentence for whoever sent it.
import type { FastifyInstance } from 'fastify';
import { Refusal } from '../errors/refusal.ts';
import { sendProblem } from './problem.ts';

export function refuseUnstorableText(server: FastifyInstance): void {
  server.addHook('preHandler', async (request, reply) => {
    if (isStorable([request.params, request.query, request.body])) return;
    const sentence = 'The request holds a character that cannot be stored: NUL, or half of a surrogate pair';
    await sendProblem(request, reply, new Refusal('invalid', 'text', sentence));
  });
}

/** Walks without recursion: a body may be nested as deeply as its size allows. */
function isStorable(value: unknown): boolean {
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next === 'string') {
      if (next.includes('\0') || !next.isWellFormed()) return false;
    } else if (typeof next === 'object' && next !== null) {
      for (const [name, inner] of Object.entries(next)) left.push(name, inner);
    }
  }
  return true;
}
