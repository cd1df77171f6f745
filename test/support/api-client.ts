// The API as an integration sees it: the typed catalogue over HTTP, with the session's cookies, CSRF token and one
// idempotency key per command. Used by the lab, the browser tests and the bench.
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import {
  beginSetupAnswer,
  completeSetupAnswer,
  secondFactorAnswer,
  signInAnswer,
  type Me,
} from '@muster/contracts/access';
import { endpoints } from '@muster/contracts/endpoints';
import type { CommandDefinition, QueryDefinition } from '@muster/contracts';
import { codeNow, nextCode } from './second-factor.ts';

/** A person as a test knows them: what they would keep in their head and on their phone. */
export interface Account {
  email: string;
  password: string;
  totpSecret: string;
}

export class ApiProblem extends Error {
  readonly status: number;
  readonly body: string;

  constructor(method: string, path: string, status: number, body: string) {
    super(`${method} ${path} answered ${status}: ${body}`);
    this.status = status;
    this.body = body;
  }
}

export class ApiClient {
  readonly baseUrl: string;
  private readonly checked: boolean;
  private readonly cookies = new Map<string, string>();
  private csrf: string | undefined;

  /** `checked`: answers are of today's contract; the release before does not know all of it. */
  constructor(baseUrl: string, { checked = true }: { checked?: boolean } = {}) {
    this.baseUrl = baseUrl;
    this.checked = checked;
  }

  /** Registers the first owner with the one-time link and is signed in afterwards. */
  async setUpOwner(link: string, owner: { name: string; email: string; password: string }): Promise<Account> {
    const token = setupToken(link);
    const begun = beginSetupAnswer.parse(
      await this.send('POST', '/api/setup/begin', { link: token, ...owner, timeZone: 'Europe/Berlin' }),
    );
    const code = await codeNow(begun.totpSecret);
    const answer = await this.send('POST', '/api/setup/complete', { link: token, setupId: begun.setupId, code });
    this.remember(completeSetupAnswer.parse(answer).me);
    return { email: owner.email, password: owner.password, totpSecret: begun.totpSecret };
  }

  async signIn(account: Account): Promise<Me> {
    try {
      return await this.signInWith(account, await codeNow(account.totpSecret));
    } catch (error) {
      if (!(error instanceof ApiProblem) || !error.body.includes('"code":"code"')) throw error;
      return await this.signInWith(account, await nextCode(account.totpSecret));
    }
  }

  private async signInWith({ email, password }: Account, code: string): Promise<Me> {
    const begun = signInAnswer.parse(await this.send('POST', '/api/session', { email, password }));
    if (begun.state !== 'factor') throw new Error(`The sign-in goes on with ${begun.state}, not with a code.`);
    const { challengeId } = begun;
    const answer = await this.send('POST', '/api/session/factor', { factor: 'totp', challengeId, code });
    return this.remember(this.read(secondFactorAnswer, answer).me);
  }

  async call<Input extends z.ZodType, Output extends z.ZodType>(
    action: CommandDefinition<string, Input, Output> | QueryDefinition<string, Input, Output>,
    input: z.input<Input>,
    /** The same key again is the same action. */
    idempotencyKey: string = randomUUID(),
  ): Promise<z.output<Output>> {
    const endpoint = endpoints[action.name];
    if (endpoint === undefined) throw new Error(`No endpoint is declared for ${action.name}.`);
    const rest = { ...(input as Record<string, unknown>) };
    const [method, template] = endpoint;
    const path = template.replaceAll(/:([a-zA-Z]+)/g, (_, name: string) => {
      const value = String(rest[name]);
      delete rest[name];
      return encodeURIComponent(value);
    });
    const answer =
      method === 'GET'
        ? await this.send('GET', path + queryString(rest))
        : await this.send(method, path, rest, idempotencyKey);
    return this.read(action.output, answer);
  }

  /** What this session proves itself with, for a request that is not made here. */
  credentials(): Record<string, string> {
    const headers: Record<string, string> = {};
    if (this.cookies.size > 0)
      headers['cookie'] = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    if (this.csrf !== undefined) headers['x-muster-csrf'] = this.csrf;
    return headers;
  }

  async send(method: string, path: string, body?: unknown, idempotencyKey: string = randomUUID()): Promise<unknown> {
    const headers: Record<string, string> = {
      accept: 'application/json',
      origin: this.baseUrl,
      ...this.credentials(),
    };
    if (body !== undefined) {
      headers['content-type'] = 'application/json';
      headers['idempotency-key'] = idempotencyKey;
    }
    const once = (): Promise<Response> =>
      fetch(this.baseUrl + path, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(30_000),
      });
    // A proxy that reads its certificate again closes idle connections, perhaps just as this request goes into one. The same key
    // again is the same action.
    const response = await once().catch((error: unknown) => {
      if (wasClosed(error)) return once();
      throw error;
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';');
      const at = pair.indexOf('=');
      this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const text = await response.text();
    if (!response.ok) throw new ApiProblem(method, path, response.status, text);
    return text === '' ? undefined : JSON.parse(text);
  }

  private read<Answer extends z.ZodType>(schema: Answer, answer: unknown): z.output<Answer> {
    return this.checked ? schema.parse(answer) : (answer as z.output<Answer>);
  }

  private remember(me: Me): Me {
    this.csrf = me.csrf;
    return me;
  }
}

/** The token in a printed link, wherever the link carries it. */
export function setupToken(link: string): string {
  const url = new URL(link);
  const token = url.searchParams.get('link') ?? (url.hash.replace(/^#(link=)?/, '') || url.pathname.split('/').at(-1));
  if (token === undefined || token === '') throw new Error(`No token was found in the link ${link}.`);
  return token;
}

function queryString(input: Record<string, unknown>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input))
    if (value !== undefined) query.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  return query.size === 0 ? '' : `?${query.toString()}`;
}

/** Whether the other side closed the connection instead of answering. */
const wasClosed = (error: unknown): boolean =>
  error instanceof TypeError &&
  error.cause instanceof Error &&
  'code' in error.cause &&
  (error.cause.code === 'UND_ERR_SOCKET' || error.cause.code === 'ECONNRESET');
