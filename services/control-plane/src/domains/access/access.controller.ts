// Sign-in, step-up and sign-out, and the first owner's set-up. Everything for who is signed in is served from the
// catalogue.
import {
  beginPasskey,
  beginSetup,
  completeSetup,
  secondFactor,
  signIn,
  stepUp,
  type Me,
} from '@muster/contracts/access';
import { Body, Controller, Delete, Get, HttpCode, Inject, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SETTINGS, type Settings } from '../../platform/config/settings.ts';
import { SOFTWARE } from '../../platform/cqrs/recorder.ts';
import { Doors, parse } from './doors.ts';
import { OwnerSetup } from './owner-setup.ts';
import { People } from './people.ts';
import { Sessions } from './sessions.ts';
import { SignIn } from './sign-in.ts';

@Controller('api')
export class AccessController {
  constructor(
    @Inject(Doors) private readonly doors: Doors,
    @Inject(OwnerSetup) private readonly setup: OwnerSetup,
    @Inject(SignIn) private readonly door: SignIn,
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(People) private readonly people: People,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Get('setup')
  async setupState(@Query('link') link: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.doors.answer(request, reply, async () =>
      this.setup.state(typeof link === 'string' ? link.slice(0, 200) : ''),
    );
  }

  @Post('setup/begin')
  @HttpCode(200)
  async begin(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.doors.answer(request, reply, async () => this.setup.begin(parse(beginSetup, body)));
  }

  @Post('setup/complete')
  async complete(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.doors.answer(request, reply, async (visitor) => {
      const { person, recoveryCodes } = await this.setup.complete(parse(completeSetup, body), visitor.correlationId);
      const entered = await this.door.enter(person, 'totp', visitor);
      void reply.header('set-cookie', entered.cookies);
      return { recoveryCodes, me: await this.doors.me(entered) };
    });
  }

  @Get('session')
  async session(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.doors.answer(request, reply, async (visitor) => {
      const who = await this.doors.whoIs(request, visitor);
      if (!who) return { me: null, setupNeeded: !(await this.people.ownerExists()), version: SOFTWARE };
      const cookie = await this.sessions.renew(who);
      if (cookie !== null) void reply.header('set-cookie', cookie);
      return { me: await this.doors.me(who), setupNeeded: false, version: SOFTWARE };
    });
  }

  @Post('session')
  async password(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.doors.answer(request, reply, async (visitor) => {
      const after = await this.door.password(parse(signIn, body), visitor);
      if (after.state !== 'signed-in') return after;
      void reply.header('set-cookie', after.entered.cookies);
      return { state: after.state, me: await this.doors.me(after.entered) };
    });
  }

  @Post('session/passkey')
  async passkey(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.doors.answer(request, reply, async () => {
      parse(beginPasskey, body);
      return this.door.beginPasskey();
    });
  }

  @Post('session/factor')
  async factor(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.doors.answer(request, reply, async (visitor) => {
      const entered = await this.door.factor(parse(secondFactor, body), visitor);
      void reply.header('set-cookie', entered.cookies);
      return { me: await this.doors.me(entered) };
    });
  }

  @Post('session/step-up/begin')
  async beginStepUp(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.doors.answer(request, reply, async (visitor) =>
      this.door.beginStepUp(await this.doors.signedIn(request, visitor)),
    );
  }

  @Post('session/step-up')
  async stepUp(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.doors.answer(request, reply, async (visitor): Promise<{ me: Me; until: string }> => {
      const who = await this.doors.signedIn(request, visitor);
      void reply.header('set-cookie', await this.door.stepUp(who, parse(stepUp, body), visitor));
      const until = new Date(Date.now() + this.settings.MUSTER_STEP_UP_SECONDS * 1000);
      return { me: await this.doors.me(who), until: until.toISOString() };
    });
  }

  @Delete('session')
  async leave(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.doors.answer(request, reply, async (visitor) => {
      const who = await this.doors.signedIn(request, visitor);
      void reply.header('set-cookie', await this.door.leave(who.principal, visitor.correlationId));
      return { me: null, setupNeeded: false, version: SOFTWARE };
    });
  }
}
