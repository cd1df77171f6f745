// Muster's API for programs.
//
//   const muster = new MusterClient({ url: 'https://muster.example', token: process.env.MUSTER_TOKEN });
//   const { servers } = await muster.call('servers.ListServers', {});
//   await muster.call('bans.BlockAddress', { range: '203.0.113.9', target: { kind: 'fleet' }, seconds: 3600, reason: 'Scans' });
//
// Answers are typed by the catalogue and not checked again here: the control plane has checked them.
import { endpoints } from '@muster/contracts/endpoints';
import type { ActionName, Actions } from './actions.ts';
import { MusterProblem } from './problem.ts';
import { pause, waitBefore, worthAnother } from './retry.ts';

export interface ClientOptions {
  /** Where Muster's pages are. */
  readonly url: string;
  /** An API token: `muster_…` */
  readonly token: string;
  /** How often a request goes out at most when it fails for a passing reason. */
  readonly attempts?: number;
  /** How long one attempt may take. */
  readonly timeoutMs?: number;
}

export interface CallOptions {
  /** A UUID; the same one again is the same action, also days later. Made for each call unless given. */
  readonly commandId?: string;
  readonly signal?: AbortSignal;
}

const ATTEMPTS = 4;
const TIMEOUT_MS = 30_000;

export class MusterClient {
  readonly #url: string;
  readonly #token: string;
  readonly #attempts: number;
  readonly #timeoutMs: number;

  constructor({ url, token, attempts = ATTEMPTS, timeoutMs = TIMEOUT_MS }: ClientOptions) {
    this.#url = url.replace(/\/+$/, '');
    this.#token = token;
    this.#attempts = attempts;
    this.#timeoutMs = timeoutMs;
  }

  /** Throws MusterProblem for a refusal, and what `fetch` throws when Muster cannot be reached. */
  async call<Name extends ActionName>(
    name: Name,
    input: Actions[Name]['input'],
    options: CallOptions = {},
  ): Promise<Actions[Name]['output']> {
    const response = await this.#send(name, { ...input }, options);
    return response.json();
  }

  async #send(name: string, input: Record<string, unknown>, options: CallOptions): Promise<Response> {
    const commandId = options.commandId ?? crypto.randomUUID();
    for (let attempt = 1; ; attempt += 1) {
      const last = attempt >= this.#attempts;
      const response = await this.#once(name, { ...input }, commandId, options.signal).catch((error: unknown) => {
        if (last || options.signal?.aborted) throw error;
        return null;
      });
      if (response?.ok) return response;
      if (response !== null && (last || !worthAnother(response.status))) {
        throw new MusterProblem(response.status, await response.json().catch(() => null));
      }
      await response?.body?.cancel();
      await pause(waitBefore(attempt, response?.headers.get('retry-after') ?? null), options.signal);
    }
  }

  #once(
    name: string,
    rest: Record<string, unknown>,
    commandId: string,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    const endpoint = endpoints[name];
    if (endpoint === undefined) throw new TypeError(`Muster has no action ${name}`);
    const [method, template] = endpoint;
    const path = template.replaceAll(/:(\w+)/g, (_, key: string) => {
      const value = rest[key];
      delete rest[key];
      return encodeURIComponent(String(value));
    });
    const deadline = AbortSignal.timeout(this.#timeoutMs);
    return fetch(`${this.#url}${path}${method === 'GET' ? queryOf(rest) : ''}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(method === 'GET' ? {} : { 'content-type': 'application/json', 'idempotency-key': commandId }),
      },
      ...(method === 'GET' ? {} : { body: JSON.stringify(rest) }),
      signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
    });
  }
}

function queryOf(input: Record<string, unknown>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined || value === null) continue;
    query.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return query.size === 0 ? '' : `?${query.toString()}`;
}
