// Who is behind an HTTP request or a socket. The access domain answers; the platform only asks.
import type { IncomingMessage } from 'node:http';
import type { Principal } from '../cqrs/principal.ts';

export interface Authenticated {
  readonly principal: Principal;
  /** Expected in X-Muster-CSRF with every change. */
  readonly csrf: string;
}

export interface Authenticator {
  /** null: nobody is signed in. */
  authenticate(request: IncomingMessage, source: string): Promise<Authenticated | null>;
}

export const AUTHENTICATOR = Symbol('AUTHENTICATOR');
