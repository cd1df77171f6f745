// The guarantee behind the hints: a page that missed something asks whether a topic moved on.
import { topicName } from '@muster/contracts/live';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { Refusal } from '../../platform/errors/refusal.ts';
import { invalid } from '../../platform/cqrs/action-bus.ts';
import { signedIn, type Parts } from '../../platform/http/action-routes.ts';
import { sendProblem } from '../../platform/http/problem.ts';
import type { LiveServer } from '../../platform/realtime/live-server.ts';

const syncQuestion = z.object({
  topic: topicName,
  epoch: z.string().max(64),
  since: z.coerce.number().int().nonnegative(),
});

export function serveSync(server: FastifyInstance, live: LiveServer, parts: Omit<Parts, 'bus'>): void {
  server.get('/api/sync', async (request, reply) => {
    try {
      const { principal } = await signedIn(request, reply, parts);
      const question = syncQuestion.safeParse(request.query);
      if (!question.success) throw invalid(question.error);
      const { topic, epoch, since } = question.data;
      const answer = await live.sync(topic, epoch, since, principal);
      if (!answer) throw new Refusal('not-found', 'not-found', 'There is no such topic');
      await reply.header('cache-control', 'no-store').send(answer);
    } catch (error) {
      await sendProblem(request, reply, error);
    }
  });
}
