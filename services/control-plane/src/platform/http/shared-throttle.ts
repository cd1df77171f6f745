// The pace of requests where several API processes serve the same people: counted in Redis, by one script per request, so
// that a limit is one limit however the balancer spreads.
//
// Without Redis, or while it does not answer, each process counts for itself: neither open nor closed. Open would let
// whoever can disturb Redis ask without end; closed would stop the API for the loss of something that holds no truth. What
// remains is the limit times the number of processes, as long as Redis is away.
import { createHmac } from 'node:crypto';
import { Redis } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { Throttle, type Pace } from './throttle.ts';

/** A request waits no longer than this for its count. */
const DEADLINE_MS = 250;
/** After a Redis that did not answer, nobody waits for it for this long. */
const LEFT_ALONE_MS = 2000;

export interface SharedCounts {
  readonly redis: Redis;
  /** Keys are addresses and ids of people: what lies in Redis says neither to who reads it. */
  readonly secret: Buffer;
}

/** A connection that answers soon or not at all. */
export function countingRedis(url: string): Redis {
  const redis = new Redis(url, { commandTimeout: DEADLINE_MS, maxRetriesPerRequest: 0, enableOfflineQueue: false });
  // ioredis reconnects by itself.
  redis.on('error', () => undefined);
  return redis;
}

export class SharedThrottle {
  readonly #own: Throttle;
  readonly #counts: SharedCounts | undefined;
  readonly #shared: RateLimiterRedis | undefined;
  #aloneUntil = 0;

  constructor(
    name: string,
    readonly limit: number,
    windowMs: number,
    counts: SharedCounts | undefined,
  ) {
    this.#own = new Throttle(limit, windowMs);
    this.#counts = counts;
    if (!counts) return;
    this.#shared = new RateLimiterRedis({
      storeClient: counts.redis,
      keyPrefix: `muster:pace:${name}`,
      points: limit,
      duration: windowMs / 1000,
      rejectIfRedisNotReady: true,
    });
  }

  async pace(key: string): Promise<Pace> {
    // Counted here in any case: what is too much for one process is refused without asking, and a Redis that goes away does
    // not give everybody a fresh window.
    const own = this.#own.pace(key);
    if (!this.#shared || !this.#counts || !own.allowed || Date.now() < this.#aloneUntil) return own;
    const hidden = createHmac('sha256', this.#counts.secret).update(key).digest('base64url');
    try {
      return paceOf(await this.#shared.consume(hidden), true);
    } catch (reason) {
      if (reason instanceof RateLimiterRes) return paceOf(reason, false);
      this.#aloneUntil = Date.now() + LEFT_ALONE_MS;
      return own;
    }
  }
}

const paceOf = ({ remainingPoints, msBeforeNext }: RateLimiterRes, allowed: boolean): Pace => ({
  allowed,
  remaining: Math.max(0, remainingPoints),
  resetsInMs: msBeforeNext,
});
