// HTTP for the whole catalogue: each query and command has one endpoint in the contracts, and this answers all of them.
// A definition without an endpoint, or the other way round, stops the start.
import { Readable } from 'node:stream';
import { commands, queries, type CommandDefinition, type QueryDefinition } from '@muster/contracts';
import { endpoints } from '@muster/contracts/endpoints';
import { isUuid, newId } from '@muster/kernel/ids';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Settings } from '../config/settings.ts';
import type { ActionBus } from '../cqrs/action-bus.ts';
import { newContext } from '../cqrs/principal.ts';
import { Refusal } from '../errors/refusal.ts';
import type { Authenticated, Authenticator } from './authenticator.ts';
import { Download } from './download.ts';
import { readTraceParent } from '../telemetry/tracing.ts';
import { correlationIdOf, sendProblem } from './problem.ts';
import { requireCsrf, requireSameOrigin } from './same-origin.ts';
import type { RateLimits } from './rate-limits.ts';
import { Shares } from './shares.ts';
import { sourceAddress } from './source-address.ts';

export interface Parts {
  readonly bus: ActionBus;
  readonly authenticator: Authenticator;
  readonly settings: Settings;
  readonly rates: RateLimits;
}

export function registerActionRoutes(server: FastifyInstance, parts: Parts): void {
  const { MUSTER_LIMIT_REQUESTS_PER_PERSON: places } = parts.settings;
  const shares = new Shares(places, `You have ${places} requests under way already. Wait for one of them`);
  const definitions = new Map<string, CommandDefinition | QueryDefinition>(
    [...commands, ...queries].map((definition) => [definition.name, definition]),
  );
  const without = [...definitions.keys()].filter((name) => !(name in endpoints));
  if (without.length > 0) throw new Error(`No endpoint serves ${without.join(', ')}: add it to contracts/endpoints`);
  for (const [name, [method, url]] of Object.entries(endpoints)) {
    const definition = definitions.get(name);
    if (!definition) throw new Error(`The endpoint ${method} ${url} names ${name}, which the catalogue does not have`);
    server.route({
      method,
      url,
      handler: (request, reply) => answer(definition, request, reply, { ...parts, shares }),
    });
  }
}

async function answer(
  definition: CommandDefinition | QueryDefinition,
  request: FastifyRequest,
  reply: FastifyReply,
  { shares, ...parts }: Parts & { shares: Shares },
): Promise<void> {
  let done = (): void => undefined;
  try {
    const { bus, settings } = parts;
    requireSameOrigin(request.raw, settings.publicUrl);
    const who = await signedIn(request, reply, parts);
    done = shares.take(who.principal.actor);
    const input = inputOf(request);
    const asked = { correlationId: correlationIdOf(request), ...askedFrom(request) };
    if (definition.kind === 'query') {
      const result = await bus.query(definition, input, newContext(who.principal, asked));
      void reply.header('cache-control', 'no-store');
      // An export is a stream of lines; everything else is one object.
      if (result instanceof Readable) void reply.header('content-type', 'application/x-ndjson');
      if (result instanceof Download) {
        void reply.header('content-type', result.type);
        void reply.header('content-disposition', `attachment; filename="${result.filename}"`);
        await reply.send(result.stream);
        return;
      }
      await reply.send(result);
      return;
    }
    if (who.csrf !== null) requireCsrf(request.raw, who.csrf);
    const context = newContext(who.principal, { ...asked, commandId: idempotencyKey(request) });
    await reply.status(202).send(await bus.command(definition, input, context));
  } catch (error) {
    await sendProblem(request, reply, error);
  } finally {
    done();
  }
}

/** Throws Refusal when nobody is signed in, or somebody asks too fast. */
export async function signedIn(
  request: FastifyRequest,
  reply: FastifyReply,
  { authenticator, settings, rates }: Omit<Parts, 'bus'>,
): Promise<Authenticated> {
  const source = sourceAddress(request.raw, settings.MUSTER_TRUSTED_PROXIES);
  const who = await authenticator.authenticate(request.raw, source);
  if (!who) throw new Refusal('unauthenticated', 'signed-out', 'Sign in first');
  await rates.countAsker(who.principal, reply);
  const cookie = await authenticator.renew(who);
  if (cookie !== null) void reply.header('set-cookie', cookie);
  return who;
}

function inputOf(request: FastifyRequest): Record<string, unknown> {
  const params = request.params as Record<string, unknown>;
  if (request.method === 'GET') return { ...(request.query as Record<string, unknown>), ...params };
  const { body } = request;
  if (body === undefined || body === null) return { ...params };
  if (typeof body !== 'object' || Array.isArray(body)) {
    throw new Refusal('invalid', 'invalid', 'Send the body as a JSON object');
  }
  return { ...body, ...params };
}

function askedFrom(request: FastifyRequest): { askedFrom?: string } {
  const parent = readTraceParent(request.headers.traceparent);
  return parent === undefined ? {} : { askedFrom: parent.spanId };
}

function idempotencyKey(request: FastifyRequest): string {
  const given = request.headers['idempotency-key'];
  if (given === undefined) return newId();
  if (typeof given === 'string' && isUuid(given)) return given.toLowerCase();
  throw new Refusal('invalid', 'invalid', 'Idempotency-Key must be one UUID');
}
