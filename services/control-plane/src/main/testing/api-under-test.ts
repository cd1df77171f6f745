// A whole control plane on a real PostgreSQL for specs of the API, with a browser's view of it: cookies, the CSRF token,
// an address of its own.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { generateSync } from 'otplib';
import { createDatabase, type TestDatabase } from '../../../../../test/support/postgres.ts';
import { OwnerSetup } from '../../domains/access/index.ts';
import { readSettings } from '../../platform/config/settings.ts';
import { InProcessHintBus } from '../../platform/event-store/index.ts';
import { ensureKeys, readKey } from '../../platform/keys/key-store.ts';
import { Sequencer } from '../../platform/sequencer/sequencer.ts';
import { SignedMarkFile } from '../../platform/sequencer/signed-mark.ts';
import { startControlPlane, type RunningControlPlane } from '../application.ts';

const ORIGIN = 'test/log/1';

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
  readonly database: TestDatabase;
  readonly superuser: pg.Pool;
  readonly running: RunningControlPlane;
  readonly #sequencer: Sequencer;
  readonly #folder: string;

  private constructor(parts: {
    database: TestDatabase;
    superuser: pg.Pool;
    running: RunningControlPlane;
    sequencer: Sequencer;
    folder: string;
  }) {
    this.database = parts.database;
    this.superuser = parts.superuser;
    this.running = parts.running;
    this.#sequencer = parts.sequencer;
    this.#folder = parts.folder;
  }

  static async start(environment: Record<string, string> = {}): Promise<ApiUnderTest> {
    const database = await createDatabase();
    const folder = mkdtempSync(join(tmpdir(), 'muster-app-'));
    const keys = join(folder, 'keys');
    ensureKeys(keys, ORIGIN, new Date());
    writeFileSync(join(folder, 'secret'), randomBytes(32).toString('base64'), { mode: 0o600 });
    const superuser = quietPool(database.url);
    const sequencer = new Sequencer({
      pool: quietPool(database.urlAs('muster_sequencer')),
      hints: new InProcessHintBus(),
      log: pino({ level: 'silent' }),
      ledgerKey: readKey(keys, 'ledger'),
      mark: new SignedMarkFile(keys),
      origin: ORIGIN,
      checkpointEveryMs: 200,
    });
    await sequencer.start();
    const running = await startControlPlane(
      readSettings({
        MUSTER_ROLES: 'api,worker,gateway',
        MUSTER_PORT: '0',
        MUSTER_PUBLIC_URL: 'http://localhost:7410',
        MUSTER_DATABASE_URL_APP: database.urlAs('muster_app'),
        MUSTER_DATABASE_URL_WORKER: database.urlAs('muster_worker'),
        MUSTER_DATABASE_URL_GATEWAY: database.urlAs('muster_gateway'),
        MUSTER_DATABASE_URL_QUEUE: database.url,
        MUSTER_KEYS: keys,
        MUSTER_SECRET_FILE: join(folder, 'secret'),
        MUSTER_LOG_LEVEL: 'silent',
        // Each browser of a spec says its own address.
        MUSTER_TRUSTED_PROXIES: '127.0.0.1',
        ...environment,
      }),
    );
    return new ApiUnderTest({ database, superuser, running, sequencer, folder });
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

  async events(type: string): Promise<Record<string, unknown>[]> {
    const { rows } = await this.superuser.query<{ body: string }>(
      `select convert_from(body, 'UTF8') as body from es.events where event_type = $1 order by recorded_at`,
      [type],
    );
    return rows.map((row) => JSON.parse(row.body) as Record<string, unknown>);
  }

  async stop(): Promise<void> {
    await this.running.stop();
    await this.#sequencer.stop();
    await this.superuser.end();
    await this.database.drop();
    rmSync(this.#folder, { recursive: true });
  }
}

/** The database is dropped with connections open; that is no news. */
function quietPool(connectionString: string): pg.Pool {
  const pool = new pg.Pool({ connectionString, max: 2 });
  pool.on('error', () => undefined);
  return pool;
}
