// Roles and grants as parts of the access domain's module.
import type { Provider } from '@nestjs/common';
import { WORKER_STORE } from '../../../platform/composition/tokens.ts';
import type { EventStore, HintBus } from '../../../platform/event-store/index.ts';
import { HINTS } from '../../../platform/hints/hints.ts';
import { SubscriptionRegistry } from '../../../platform/projections/subscription-registry.ts';
import { ClientPeople } from './client-people.ts';
import { ChangeRoleHandler } from './commands/change-role.command.ts';
import { DefineRoleHandler } from './commands/define-role.command.ts';
import { GiveGrantHandler } from './commands/give-grant.command.ts';
import { OffboardPersonHandler } from './commands/offboard-person.command.ts';
import { RemoveRoleHandler } from './commands/remove-role.command.ts';
import { RevokeGrantHandler } from './commands/revoke-grant.command.ts';
import { Departures } from './departures.ts';
import { GrantDuties } from './grant-duties.ts';
import { GrantEnds } from './grant-ends.ts';
import { EndGrantsOf } from './end-grants-of.ts';
import { GrantPlaces } from './grant-places.ts';
import { GrantViews } from './grant-views.ts';
import { Grants } from './grants.ts';
import { Holders } from './holders.ts';
import { Owners } from './owners.ts';
import { GiveOwnerGrantWhenOwnerRegistered } from './policies/give-owner-grant-when-owner-registered.policy.ts';
import { GRANTS, GrantsProjection } from './projections/grants.projection.ts';
import { ExplainPermissionHandler } from './queries/explain-permission.query.ts';
import { GetPopulationHandler } from './queries/get-population.query.ts';
import { ListGrantsHandler } from './queries/list-grants.query.ts';
import { ListRolesHandler } from './queries/list-roles.query.ts';
import { AccountsToReview } from './review/accounts-to-review.ts';
import { GrantsToReview } from './review/grants-to-review.ts';
import { Roles } from './roles.ts';
import { Standing } from './standing.ts';
import { EndGrants } from './schedules/end-grants.schedule.ts';

const api: readonly Provider[] = [
  Grants,
  Roles,
  Standing,
  Holders,
  ClientPeople,
  Owners,
  EndGrantsOf,
  GrantPlaces,
  GrantViews,
  GrantEnds,
  Departures,
  AccountsToReview,
  GrantsToReview,
  GrantDuties,
  GiveGrantHandler,
  RevokeGrantHandler,
  DefineRoleHandler,
  ChangeRoleHandler,
  RemoveRoleHandler,
  OffboardPersonHandler,
  ListGrantsHandler,
  ListRolesHandler,
  ExplainPermissionHandler,
  GetPopulationHandler,
];

const worker: readonly Provider[] = [
  {
    provide: GrantsProjection,
    inject: [SubscriptionRegistry, HINTS, WORKER_STORE],
    useFactory: (registry: SubscriptionRegistry, hints: HintBus, store: EventStore) => {
      const projection = new GrantsProjection(hints);
      registry.add(projection);
      registry.add(new GiveOwnerGrantWhenOwnerRegistered(store));
      return projection;
    },
  },
  EndGrants,
];

export const grantParts = { api, worker, readModels: [GRANTS] };
