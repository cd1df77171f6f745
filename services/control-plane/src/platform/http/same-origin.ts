// Two locks against a foreign page that drives a signed-in browser: the Origin must be ours, and a change carries the
// session's own token.
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Refusal } from '../errors/refusal.ts';

/** Throws Refusal when a browser says that the request comes from another origin. */
export function requireSameOrigin(request: IncomingMessage, publicUrl: string): void {
  const origin = request.headers.origin;
  if (origin === undefined) return;
  if (origin === new URL(publicUrl).origin) return;
  // The same listener reached by another name (127.0.0.1 for localhost) is still this origin for the browser.
  const asked = URL.parse(origin);
  if (asked !== null && isLoopback(asked) && asked.host === request.headers.host) return;
  throw new Refusal(
    'forbidden',
    'foreign-origin',
    `This Muster is at ${new URL(publicUrl).origin}; the page that asked is not`,
  );
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
}

export function requireCsrf(request: IncomingMessage, expected: string): void {
  const given = request.headers['x-muster-csrf'];
  if (typeof given === 'string' && given.length === expected.length) {
    if (timingSafeEqual(Buffer.from(given), Buffer.from(expected))) return;
  }
  throw new Refusal('forbidden', 'csrf', 'The page is out of date. Load it again and repeat');
}
