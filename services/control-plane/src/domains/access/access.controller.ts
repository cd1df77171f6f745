// The doors: set-up, sign-in, sign-out. Everything else of the API is served from the catalogue.
import { beginSetup, completeSetup, secondFactor, signIn, type Me } from '@muster/contracts/access';
import { Body, Controller, Delete, Get, HttpCode, Inject, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { SETTINGS, type Settings } from '../../platform/config/settings.ts';
import { invalid } from '../../platform/cqrs/action-bus.ts';
import { SOFTWARE } from '../../platform/cqrs/recorder.ts';
import { correlationIdOf, sendProblem } from '../../platform/http/problem.ts';
import { requireCsrf, requireSameOrigin } from '../../platform/http/same-origin.ts';
import { sourceAddress } from '../../platform/http/source-address.ts';
import { Standing } from './grants/standing.ts';
import { OwnerSetup } from './owner-setup.ts';
import { People } from './people.ts';
import { Sessions, type Session } from './sessions.ts';
import { SignIn, type Visitor } from './sign-in.ts';
import { Refusal } from '../../platform/errors/refusal.ts';

@Controller('api')
export class AccessController {
  constructor(
    @Inject(OwnerSetup) private readonly setup: OwnerSetup,
    @Inject(SignIn) private readonly door: SignIn,
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(People) private readonly people: People,
    @Inject(Standing) private readonly standing: Standing,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Get('setup')
  async setupState(@Query('link') link: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.#answer(request, reply, async () =>
      this.setup.state(typeof link === 'string' ? link.slice(0, 200) : ''),
    );
  }

  @Post('setup/begin')
  @HttpCode(200)
  async begin(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.#answer(request, reply, async () => this.setup.begin(parse(beginSetup, body)));
  }

  @Post('setup/complete')
  async complete(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.#answer(request, reply, async () => {
      const visitor = this.#visitor(request);
      const { person, recoveryCodes } = await this.setup.complete(parse(completeSetup, body), visitor.correlationId);
      const { session, cookie, csrf } = await this.door.enter(person, 'totp', visitor);
      void reply.header('set-cookie', cookie);
      return { recoveryCodes, me: await this.#me(session, csrf) };
    });
  }

  @Get('session')
  async session(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.#answer(request, reply, async () => {
      const who = await this.sessions.authenticate(request.raw, this.#visitor(request).source);
      return {
        me: who ? await this.#me(who.session, who.csrf) : null,
        setupNeeded: !who && !(await this.people.ownerExists()),
        version: SOFTWARE,
      };
    });
  }

  @Post('session')
  async password(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.#answer(request, reply, async () => this.door.password(parse(signIn, body), this.#visitor(request)));
  }

  @Post('session/factor')
  async factor(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.#answer(request, reply, async () => {
      const { session, cookie, csrf } = await this.door.factor(parse(secondFactor, body), this.#visitor(request));
      void reply.header('set-cookie', cookie);
      return { me: await this.#me(session, csrf) };
    });
  }

  @Delete('session')
  async leave(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.#answer(request, reply, async () => {
      const visitor = this.#visitor(request);
      const who = await this.sessions.authenticate(request.raw, visitor.source);
      if (!who) throw new Refusal('unauthenticated', 'signed-out', 'You are signed out already');
      requireCsrf(request.raw, who.csrf);
      void reply.header('set-cookie', await this.door.leave(who.principal, visitor.correlationId));
      return { me: null, setupNeeded: false, version: SOFTWARE };
    });
  }

  async #me({ sessionId, person, signedInAt, expiresAt }: Session, csrf: string): Promise<Me> {
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

  async #answer(request: FastifyRequest, reply: FastifyReply, work: () => Promise<object>): Promise<void> {
    try {
      requireSameOrigin(request.raw, this.settings.publicUrl);
      const answer = await work();
      await reply.status(200).header('cache-control', 'no-store').send(answer);
    } catch (error) {
      await sendProblem(request, reply, error);
    }
  }

  #visitor(request: FastifyRequest): Visitor {
    return {
      source: sourceAddress(request.raw, this.settings.MUSTER_TRUSTED_PROXIES),
      device: (request.headers['user-agent'] ?? 'unknown').slice(0, 200),
      correlationId: correlationIdOf(request),
    };
  }
}

function parse<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw invalid(parsed.error);
  return parsed.data;
}
