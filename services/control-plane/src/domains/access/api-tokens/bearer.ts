// Reads `Authorization: Bearer`. A token and a session's cookie never come together: whose request would it be?
import type { IncomingMessage } from 'node:http';
import { Refusal } from '../../../platform/errors/refusal.ts';

/** undefined: the request brings no token. Throws Refusal for another scheme, or for both at once. */
export function bearerOf(request: IncomingMessage, hasSession: boolean): string | undefined {
  const { authorization } = request.headers;
  if (authorization === undefined) return undefined;
  const [scheme = '', token = '', ...rest] = authorization.split(' ').filter((part) => part !== '');
  if (scheme.toLowerCase() !== 'bearer' || token === '' || rest.length > 0) {
    throw new Refusal('unauthenticated', 'token', 'Send a token as: Authorization: Bearer muster_…');
  }
  if (hasSession) {
    throw new Refusal('invalid', 'two-credentials', 'Send a token or a session’s cookie, not both');
  }
  return token;
}
