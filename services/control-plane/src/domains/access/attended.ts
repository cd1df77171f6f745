// Whether somebody asked, or an open page by itself: after a hint, when it catches up, when its socket dials again. A
// session that only its page uses ends like one that nobody uses. (Who has stolen a session can lie here; but he can just
// as well use it.)
import type { IncomingMessage } from 'node:http';

const BY_ITSELF = /^\/(?:api\/sync|socket\.io)(?:[/?]|$)/;

export function isAttended({ headers, url = '' }: IncomingMessage): boolean {
  return headers['x-muster-unattended'] === undefined && !BY_ITSELF.test(url);
}
