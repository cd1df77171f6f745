// What the doors (set-up, sign-in, entry) have in common: they are open to strangers, so the Origin is checked, each
// source is bounded, answers are never kept, and errors are problems like everywhere.
import type { Me } from '@muster/contracts/access';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { SETTINGS, type Settings } from '../../platform/config/settings.ts';
import { invalid } from '../../platform/cqrs/action-bus.ts';
import { SOFTWARE } from '../../platform/cqrs/recorder.ts';
import { Refusal } from '../../platform/errors/refusal.ts';
import { correlationIdOf, sendProblem } from '../../platform/http/problem.ts';
import { requireCsrf, requireSameOrigin } from '../../platform/http/same-origin.ts';
import { sourceAddress } from '../../platform/http/source-address.ts';
import { Throttle } from '../../platform/http/throttle.ts';
import { Cookies } from './cookies.ts';
import { Standing } from './grants/standing.ts';
import { Networks } from './networks/networks.ts';
import { Sessions, type SignedInSession } from './sessions.ts';
import type { Visitor } from './visitor.ts';

/** Knocks per source and minute; what is behind a door has finer limits of its own. */
const KNOCKS = 300;

@Injectable()
export class Doors {
  readonly #cookies: Cookies;
  readonly #knocks = new Throttle(KNOCKS, 60_000);

  constructor(
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(Networks) private readonly networks: Networks,
    @Inject(Standing) private readonly standing: Standing,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    this.#cookies = new Cookies(settings.publicUrl);
  }

  /** Answers a request with what `work` makes of its visitor. */
  async answer(
    request: FastifyRequest,
    reply: FastifyReply,
    work: (visitor: Visitor) => Promise<object>,
  ): Promise<void> {
    try {
      requireSameOrigin(request.raw, this.settings.publicUrl);
      const visitor = this.#visitor(request);
      await this.networks.requirePerson(visitor.source, []);
      if (request.method !== 'GET' && !this.#knocks.take(visitor.source)) {
        throw new Refusal('too-many', 'throttled', 'Too many requests from your address. Wait a minute', {
          retryAfter: 60,
        });
      }
      const answer = await work(visitor);
      await reply.status(200).header('cache-control', 'no-store').send(answer);
    } catch (error) {
      await sendProblem(request, reply, error);
    }
  }

  /** null: nobody is signed in. */
  whoIs(request: FastifyRequest, visitor: Visitor): Promise<SignedInSession | null> {
    return this.sessions.authenticate(request.raw, visitor.source);
  }

  /** For what changes something; throws Refusal when nobody is signed in, or a foreign page asks. */
  async signedIn(request: FastifyRequest, visitor: Visitor): Promise<SignedInSession> {
    const who = await this.whoIs(request, visitor);
    if (!who) throw new Refusal('unauthenticated', 'signed-out', 'You are signed out already');
    requireCsrf(request.raw, who.csrf);
    return who;
  }

  /** What the page is told about whoever is signed in. */
  async me({ session, csrf }: SignedInSession): Promise<Me> {
    const { sessionId, person, signedInAt, expiresAt } = session;
    return {
      personId: person.personId,
      name: person.name,
      email: person.email,
      timeZone: person.timeZone,
      ...(await this.standing.of(person.personId)),
      sessionId,
      signedInAt: signedInAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
      csrf,
      version: SOFTWARE,
    };
  }

  #visitor(request: FastifyRequest): Visitor {
    return {
      source: sourceAddress(request.raw, this.settings.MUSTER_TRUSTED_PROXIES),
      device: (request.headers['user-agent'] ?? 'unknown').slice(0, 200),
      deviceToken: this.#cookies.read(request.raw, 'device'),
      correlationId: correlationIdOf(request),
    };
  }
}

export function parse<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw invalid(parsed.error);
  return parsed.data;
}
