// Domains add their read models and policies here; the worker starts them all once everything is wired.
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { HintBus } from '../event-store/index.ts';
import { HINTS } from '../hints/hints.ts';
import { READ_MODELS } from '../composition/tokens.ts';
import type { Subscription } from './subscription.ts';
import { Projections } from './projections.ts';
import { AWAITED, PROJECTED, READ_MODEL, type ReadModelKey } from './read-barrier.ts';

type Key = Pick<Subscription, 'name' | 'version'>;

@Injectable()
export class SubscriptionRegistry implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #log = new Logger('Subscriptions');
  readonly #subscriptions: Subscription[] = [];
  #stopListening: () => void = () => undefined;

  constructor(
    @Inject(Projections) private readonly projections: Projections,
    @Inject(HINTS) private readonly hints: HintBus,
    @Inject(READ_MODELS) private readonly readModels: readonly ReadModelKey[],
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
    requireDeclared(this.readModels, this.#subscriptions);
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

/**
 * The API waits for read models that domains declare: each of them must be followed, and each that is followed be declared, in
 * one version at least. A version that is being filled beside the one that pages read is nobody's to wait for.
 */
export function requireDeclared(declared: readonly ReadModelKey[], added: readonly Key[]): void {
  const followed = added.filter(({ name }) => name.startsWith(READ_MODEL));
  const forgotten = followed.filter(({ name }) => !declared.some((one) => one.name === name));
  if (forgotten.length > 0)
    throw new Error(`${listed(forgotten)}: add it to readModels in its domain's module, or no command waits for it`);
  const missing = declared.filter((one) => !followed.some((other) => listed([other]) === listed([one])));
  if (missing.length > 0)
    throw new Error(`${listed(missing)}: declared in readModels of its domain's module, but added to no registry`);
}

const listed = (keys: readonly Key[]): string => keys.map(({ name, version }) => `${name}@${version}`).join(', ');
