// Hints across processes. With Redis they travel by pub/sub; without it there is one process and they stay in it.
// Nothing depends on a hint: whoever waits for one also polls.
import { Redis } from 'ioredis';
import { InProcessHintBus, type HintBus } from '../event-store/index.ts';

export const HINTS = Symbol('HINTS');
const CHANNEL = 'muster:hints';

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

  constructor(url: string) {
    const options = { lazyConnect: false, maxRetriesPerRequest: 1, enableOfflineQueue: false };
    this.#publisher = new Redis(url, options);
    this.#subscriber = new Redis(url, { ...options, maxRetriesPerRequest: null });
    // ioredis reconnects by itself; a lost Redis costs latency only.
    this.#publisher.on('error', () => undefined);
    this.#subscriber.on('error', () => undefined);
    this.#subscriber.on('ready', () => void this.#subscriber.subscribe(CHANNEL).catch(() => undefined));
    this.#subscriber.on('message', (_channel: string, text: string) => {
      const message: unknown = JSON.parse(text);
      if (!Array.isArray(message) || message[0] === this.#self) return;
      this.#local.publish(String(message[1]), message[2]);
    });
  }

  publish(topic: string, payload: unknown): void {
    this.#local.publish(topic, payload);
    if (this.#publisher.status !== 'ready') return;
    this.#publisher.publish(CHANNEL, JSON.stringify([this.#self, topic, payload])).catch(() => undefined);
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
