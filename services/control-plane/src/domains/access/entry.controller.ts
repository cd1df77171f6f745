// The doors that a link opens: what it is for, the password, and the second factor that completes it. A second factor that
// is asked for at sign-in is completed here too.
import { beginEntry, completeEntry, lookAtLink } from '@muster/contracts/access';
import { Body, Controller, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Doors, parse } from './doors.ts';
import { Entry } from './entry.ts';

@Controller('api/entry')
export class EntryController {
  constructor(
    @Inject(Doors) private readonly doors: Doors,
    @Inject(Entry) private readonly entry: Entry,
  ) {}

  @Post()
  async look(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.doors.answer(request, reply, async () => this.entry.look(parse(lookAtLink, body).link));
  }

  @Post('begin')
  async begin(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.doors.answer(request, reply, async (visitor) => this.entry.begin(parse(beginEntry, body), visitor));
  }

  @Post('complete')
  async complete(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.doors.answer(request, reply, async (visitor) => {
      const { entered, recoveryCodes } = await this.entry.complete(parse(completeEntry, body), visitor);
      void reply.header('set-cookie', entered.cookies);
      return { recoveryCodes, me: await this.doors.me(entered) };
    });
  }
}
