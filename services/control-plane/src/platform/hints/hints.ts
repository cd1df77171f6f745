// Hints across processes. With Redis they travel by pub/sub; without it there is one process and they stay in it.
// Nothing depends on a hint: whoever waits for one also polls.
import { Redis } from 'ioredis';
import { InProcessHintBus, type HintBus } from '../event-store/index.ts';

export const HINTS = Symbol('HINTS');
const CHANNEL = 'muster:hints';
const MOST_AT_ONCE = 1000;

export interface ClosableHintBus extends HintBus {
  close(): Promise<void>;
}

export class LocalHintBus extends InProcessHintBus implements ClosableHintBus {
  close(): Promise<void> {
    return Promise.resolve();
  }
}

export class RedisHintBus implements ClosableHintBus {
  readonly #local = new InProcessHintBus();
  readonly #publisher: Redis;
  readonly #subscriber: Redis;
  readonly #self = crypto.randomUUID();
  readonly #outgoing = new Set<string>();

  constructor(url: string) {
    const options = { lazyConnect: false, maxRetriesPerRequest: 1, enableOfflineQueue: false };
    this.#publisher = new Redis(url, options);
    this.#subscriber = new Redis(url, { ...options, maxRetriesPerRequest: null });
    // ioredis reconnects by itself; a lost Redis costs latency only.
    this.#publisher.on('error', () => undefined);
    this.#subscriber.on('error', () => undefined);
    this.#subscriber.on('ready', () => void this.#subscriber.subscribe(CHANNEL).catch(() => undefined));
    this.#subscriber.on('message', (_channel: string, text: string) => this.#heard(text));
  }

  publish(topic: string, payload: unknown): void {
    this.#local.publish(topic, payload);
    if (this.#publisher.status !== 'ready') return;
    if (this.#outgoing.size === 0) setImmediate(() => this.#send());
    this.#outgoing.add(JSON.stringify([topic, payload]));
    if (this.#outgoing.size >= MOST_AT_ONCE) this.#send();
  }

  /** What was said in one turn of the event loop travels in one message, and what was said twice travels once. */
  #send(): void {
    if (this.#outgoing.size === 0) return;
    const message = `[${JSON.stringify(this.#self)},${[...this.#outgoing].join(',')}]`;
    this.#outgoing.clear();
    this.#publisher.publish(CHANNEL, message).catch(() => undefined);
  }

  #heard(text: string): void {
    const message: unknown = JSON.parse(text);
    if (!Array.isArray(message) || message[0] === this.#self) return;
    for (const hint of message.slice(1) as unknown[]) {
      if (Array.isArray(hint)) this.#local.publish(String(hint[0]), hint[1]);
    }
  }

  subscribe(topic: string, listener: (payload: unknown) => void): () => void {
    return this.#local.subscribe(topic, listener);
  }

  async close(): Promise<void> {
    this.#publisher.disconnect();
    this.#subscriber.disconnect();
    return Promise.resolve();
  }
}
