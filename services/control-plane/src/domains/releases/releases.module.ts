// The releases domain: the agent's own versions and how they reach the fleet.
import { WORKER_STORE } from '../../platform/composition/tokens.ts';
import { domainModule } from '../../platform/composition/platform.module.ts';
import type { EventStore, HintBus } from '../../platform/event-store/index.ts';
import { HINTS } from '../../platform/hints/hints.ts';
import { SubscriptionRegistry } from '../../platform/projections/subscription-registry.ts';
import { OPERATION_REQUESTS, type OperationRequests } from '../operations/index.ts';
import { WORKER_AGENTS, type AgentFleet } from '../servers/index.ts';
import { StartRolloutHandler } from './commands/start-rollout.command.ts';
import { StopRolloutHandler } from './commands/stop-rollout.command.ts';
import { AdvanceRollouts } from './policies/advance-rollouts.policy.ts';
import { GetReleasesHandler } from './queries/get-releases.query.ts';
import { ListAgentsHandler } from './queries/list-agents.query.ts';
import { ReleaseShelf } from './release-shelf.ts';

export const releasesModule = domainModule({
  api: [ReleaseShelf, GetReleasesHandler, ListAgentsHandler, StartRolloutHandler, StopRolloutHandler],
  worker: [
    {
      provide: AdvanceRollouts,
      inject: [SubscriptionRegistry, WORKER_STORE, OPERATION_REQUESTS, WORKER_AGENTS, HINTS],
      useFactory: (
        registry: SubscriptionRegistry,
        store: EventStore,
        operations: OperationRequests,
        agents: AgentFleet,
        hints: HintBus,
      ) => {
        const policy = new AdvanceRollouts({ store, operations, agents, hints });
        registry.add(policy);
        return policy;
      },
    },
  ],
});
