// Subscriptions: what other parts of the control plane may use of them.
export { Projections, type ProjectionsParts } from './projections.ts';
export type { ReadModelKey } from './read-barrier.ts';
export { behind, swapView } from './rebuild.ts';
export type { Subscription, SubscriptionState } from './subscription.ts';
export type { WorkerLog } from './subscription-worker.ts';
