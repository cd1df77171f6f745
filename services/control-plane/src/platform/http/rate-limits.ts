// How fast anybody may ask: by address before anything is looked at, then by person or token. Each answer says where one
// stands, in the fields of draft-ietf-httpapi-ratelimit-headers-11 (`RateLimit-Policy`, `RateLimit`); one that is too fast
// is answered with 429, Retry-After, and a sentence.
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Settings } from '../config/settings.ts';
import type { Principal } from '../cqrs/principal.ts';
import { Refusal } from '../errors/refusal.ts';
import { sendProblem } from './problem.ts';
import { sourceAddress } from './source-address.ts';
import { SharedThrottle, type SharedCounts } from './shared-throttle.ts';

const WINDOW_MS = 60_000;
/** An orchestrator asks it, and it costs nothing. */
const UNCOUNTED = '/api/health';

type Whose = 'address' | 'person' | 'token';
const WORDS: Record<Whose, string> = {
  address: 'came from your address',
  person: 'came from you',
  token: 'came with this token',
};

export class RateLimits {
  readonly #paces: Record<Whose, SharedThrottle>;

  /** `counts`: where several processes count together; undefined for one that is alone. */
  constructor(settings: Settings, counts: SharedCounts | undefined) {
    const pace = (whose: Whose, limit: number) => new SharedThrottle(whose, limit, WINDOW_MS, counts);
    this.#paces = {
      address: pace('address', settings.MUSTER_LIMIT_REQUESTS_PER_MINUTE_ADDRESS),
      person: pace('person', settings.MUSTER_LIMIT_REQUESTS_PER_MINUTE_PERSON),
      token: pace('token', settings.MUSTER_LIMIT_REQUESTS_PER_MINUTE_TOKEN),
    };
  }

  /** Counts every request of the API, before anybody knows whose it is. */
  countAddresses(server: FastifyInstance, { MUSTER_TRUSTED_PROXIES: proxies }: Settings): void {
    server.addHook('onRequest', async (request, reply) => {
      if (!request.url.startsWith('/api/') || request.url === UNCOUNTED) return;
      try {
        await this.#count('address', sourceAddress(request.raw, proxies), reply);
      } catch (error) {
        await sendProblem(request, reply, error);
      }
    });
  }

  /** Throws Refusal for whoever is too fast. */
  async countAsker({ actor, tokenId }: Principal, reply: FastifyReply): Promise<void> {
    if (tokenId === undefined) await this.#count('person', actor, reply);
    else await this.#count('token', tokenId, reply);
  }

  async #count(whose: Whose, key: string, reply: FastifyReply): Promise<void> {
    const pace = this.#paces[whose];
    const { allowed, remaining, resetsInMs } = await pace.pace(key);
    const seconds = Math.ceil(resetsInMs / 1000);
    append(reply, 'ratelimit-policy', `"${whose}";q=${pace.limit};w=${WINDOW_MS / 1000}`);
    append(reply, 'ratelimit', `"${whose}";r=${remaining};t=${seconds}`);
    if (allowed) return;
    const sentence = `More than ${pace.limit} requests in a minute ${WORDS[whose]}. Go on in ${seconds} s`;
    throw new Refusal('too-many', 'rate-limit', sentence, { retryAfter: resetsInMs / 1000 });
  }
}

/** Both fields are lists: the address first, then who asks. */
function append(reply: FastifyReply, name: string, item: string): void {
  const before = reply.getHeader(name);
  void reply.header(name, typeof before === 'string' ? `${before}, ${item}` : item);
}
