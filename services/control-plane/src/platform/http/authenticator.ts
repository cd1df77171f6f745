// Who is behind an HTTP request or a socket. The access domain answers; the platform only asks.
import type { IncomingMessage } from 'node:http';
import type { Principal } from '../cqrs/principal.ts';

export interface Authenticated {
  readonly principal: Principal;
  /** Expected in X-Muster-CSRF with every change; null for what no browser sends of its own accord. */
  readonly csrf: string | null;
}

export interface Authenticator {
  /** null: nobody is signed in. Throws Refusal for whoever shows a token that opens nothing. */
  authenticate(request: IncomingMessage, source: string): Promise<Authenticated | null>;
  /** A Set-Cookie for whoever has used the same token for long; null when the present one is still good. */
  renew(who: Authenticated): Promise<string | null>;
}

export const AUTHENTICATOR = Symbol('AUTHENTICATOR');
