// A whole control plane on a real PostgreSQL for specs of the API, with a browser's view of it: cookies, the CSRF token,
// an address of its own.
import type pg from 'pg';
import { generateSync } from 'otplib';
import type { TestDatabase } from '../../../../../test/support/postgres.ts';
import { OwnerSetup } from '../../domains/access/index.ts';
import type { RunningControlPlane } from '../application.ts';
import { eventsOf, startOneProcess, type OneProcess } from './one-process.ts';

export interface Answer {
  status: number;
  body: Record<string, unknown>;
  headers: Headers;
}

/** One browser: keeps cookies, sends its CSRF token, and comes from the address it is given. */
export class Browser {
  readonly cookies = new Map<string, string>();
  csrf = '';

  constructor(
    /** Another one after a restart. */
    public port: number,
    readonly address: string,
  ) {}

  async call(
    method: string,
    path: string,
    { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const response = await fetch(`http://127.0.0.1:${this.port}${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        'x-forwarded-for': this.address,
        ...(this.cookies.size > 0
          ? { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') }
          : {}),
        ...(this.csrf === '' ? {} : { 'x-muster-csrf': this.csrf }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const text = await response.text();
    const parsed = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {};
    const { me } = parsed as { me?: { csrf: string } | null };
    if (me) this.csrf = me.csrf;
    return { status: response.status, body: parsed, headers: response.headers };
  }

  post(path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<Answer> {
    return this.call('POST', path, { body, headers });
  }

  get(path: string): Promise<Answer> {
    return this.call('GET', path);
  }
}

export interface OwnerAccount {
  readonly email: string;
  readonly password: string;
  readonly totpSecret: string;
  readonly recoveryCodes: string[];
  /** The code that set-up used: it counts no more. */
  readonly usedCode: string;
}

export class ApiUnderTest {
  private constructor(private readonly process: OneProcess) {}

  static async start(environment: Record<string, string> = {}): Promise<ApiUnderTest> {
    // Each browser of a spec says its own address.
    return new ApiUnderTest(await startOneProcess({ MUSTER_TRUSTED_PROXIES: '127.0.0.1', ...environment }));
  }

  get database(): TestDatabase {
    return this.process.database;
  }
  get superuser(): pg.Pool {
    return this.process.superuser;
  }
  get running(): RunningControlPlane {
    return this.process.running;
  }

  browser(address = '198.51.100.7'): Browser {
    return new Browser(this.running.port, address);
  }

  /** Registers the first owner, who is signed in in that browser afterwards. */
  async setUpOwner(browser: Browser, email = 'ingrid@example.net'): Promise<OwnerAccount> {
    const link = new URL((await this.running.app.get(OwnerSetup).issueLink()) ?? '').hash.slice(1);
    const password = 'teal-otter-sings-9-hymns';
    const body = { link, name: 'Ingrid Kestrel', email, timeZone: 'Europe/Berlin', password };
    const begun = await browser.post('/api/setup/begin', body);
    const totpSecret = String(begun.body['totpSecret']);
    const usedCode = generateSync({ secret: totpSecret });
    const done = await browser.post('/api/setup/complete', { link, setupId: begun.body['setupId'], code: usedCode });
    return { email, password, totpSecret, usedCode, recoveryCodes: done.body['recoveryCodes'] as string[] };
  }

  events(type: string): Promise<Record<string, unknown>[]> {
    return eventsOf(this.superuser, type);
  }

  stop(): Promise<void> {
    return this.process.stop();
  }
}
