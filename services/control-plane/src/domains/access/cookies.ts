// The cookies of access: the session's token, and the mark of a browser that an account was opened from before. Over TLS
// both carry the prefix that makes browsers refuse them from anywhere but this very host.
import type { IncomingMessage } from 'node:http';

export type CookieName = 'session' | 'device';

const NAMES: Record<CookieName, { secure: string; plain: string }> = {
  session: { secure: '__Host-muster', plain: 'muster-session' },
  device: { secure: '__Host-muster-device', plain: 'muster-device' },
};

export class Cookies {
  readonly #secure: boolean;

  constructor(publicUrl: string) {
    this.#secure = publicUrl.startsWith('https:');
  }

  read(request: IncomingMessage, cookie: CookieName): string | undefined {
    const name = this.#nameOf(cookie);
    for (const part of (request.headers.cookie ?? '').split(';')) {
      const [key, ...value] = part.trim().split('=');
      if (key === name) return value.join('=').slice(0, 200);
    }
    return undefined;
  }

  /** A Set-Cookie header; no script reads it, no foreign page sends it. */
  set(cookie: CookieName, value: string, seconds: number): string {
    const attributes = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}${this.#secure ? '; Secure' : ''}`;
    return `${this.#nameOf(cookie)}=${value}; ${attributes}`;
  }

  clear(cookie: CookieName): string {
    return this.set(cookie, '', 0);
  }

  #nameOf(cookie: CookieName): string {
    return this.#secure ? NAMES[cookie].secure : NAMES[cookie].plain;
  }
}
