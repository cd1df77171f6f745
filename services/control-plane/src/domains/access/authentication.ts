// Who is behind a request or a socket: a person by the session's cookie, or a program by its token.
import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../../platform/config/settings.ts';
import type { Authenticated, Authenticator } from '../../platform/http/authenticator.ts';
import { bearerOf } from './api-tokens/bearer.ts';
import { Tokens } from './api-tokens/tokens.ts';
import { Cookies } from './cookies.ts';
import { Networks } from './networks/networks.ts';
import { Sessions } from './sessions.ts';

@Injectable()
export class Authentication implements Authenticator {
  readonly #cookies: Cookies;

  constructor(
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(Tokens) private readonly tokens: Tokens,
    @Inject(Networks) private readonly networks: Networks,
    @Inject(SETTINGS) settings: Settings,
  ) {
    this.#cookies = new Cookies(settings.publicUrl);
  }

  async authenticate(request: IncomingMessage, source: string): Promise<Authenticated | null> {
    const token = bearerOf(request, this.#cookies.read(request, 'session') !== undefined);
    if (token === undefined) return this.sessions.authenticate(request, source);
    await this.networks.requireApi();
    return this.tokens.authenticate(token, source);
  }

  renew(who: Authenticated): Promise<string | null> {
    return this.sessions.renew(who);
  }
}
