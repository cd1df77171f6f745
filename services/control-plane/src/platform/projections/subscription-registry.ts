// Domains add their read models and policies here; the worker starts them all once everything is wired.
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { HintBus } from '../event-store/index.ts';
import { HINTS } from '../hints/hints.ts';
import type { Subscription } from './subscription.ts';
import { Projections } from './projections.ts';
import { AWAITED, PROJECTED } from './read-barrier.ts';

@Injectable()
export class SubscriptionRegistry implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #log = new Logger('Subscriptions');
  readonly #subscriptions: Subscription[] = [];
  #stopListening: () => void = () => undefined;

  constructor(
    @Inject(Projections) private readonly projections: Projections,
    @Inject(HINTS) private readonly hints: HintBus,
  ) {}

  add(subscription: Subscription): void {
    const after = subscription.afterCommit?.bind(subscription);
    this.#subscriptions.push({
      name: subscription.name,
      version: subscription.version,
      types: subscription.types,
      from: subscription.from,
      ...(subscription.batch ? { batch: subscription.batch } : {}),
      ...(subscription.prepare ? { prepare: (events) => subscription.prepare?.(events) } : {}),
      handle: (trx, events, prepared) => subscription.handle(trx, events, prepared),
      afterCommit: async (events) => {
        this.hints.publish(PROJECTED, { name: subscription.name });
        await after?.(events);
      },
    });
  }

  onApplicationBootstrap(): void {
    this.projections.start(this.#subscriptions);
    this.#stopListening = this.hints.subscribe(AWAITED, (payload) =>
      this.projections.hurry((payload as { position: number }).position),
    );
    this.#log.log(`${this.#subscriptions.length} subscriptions follow the ledger`);
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopListening();
    await this.projections.stop();
  }
}
