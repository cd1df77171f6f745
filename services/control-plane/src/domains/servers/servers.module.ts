// The servers domain: identity, groups, presence, facts.
import type { Provider } from '@nestjs/common';
import { LinkRegistry } from '../../platform/agent-link/link-registry.ts';
import { domainModule } from '../../platform/composition/platform.module.ts';
import { WORKER_STORE } from '../../platform/composition/tokens.ts';
import {
  APP_DATABASE,
  GATEWAY_DATABASE,
  SYSTEM_DATABASE,
  WORKER_DATABASE,
  type Connection,
} from '../../platform/database/database.ts';
import type { EventStore, HintBus } from '../../platform/event-store/index.ts';
import { HINTS } from '../../platform/hints/hints.ts';
import { SubscriptionRegistry } from '../../platform/projections/subscription-registry.ts';
import { LiveHints } from '../../platform/realtime/live-hints.ts';
import { AgentFleet } from './agent-fleet.ts';
import { CancelEnrolmentHandler } from './commands/cancel-enrolment.command.ts';
import { ConfirmFingerprintHandler } from './commands/confirm-fingerprint.command.ts';
import { CreateGroupHandler } from './commands/create-group.command.ts';
import { DeleteGroupHandler } from './commands/delete-group.command.ts';
import { OpenEnrolmentHandler } from './commands/open-enrolment.command.ts';
import { RenameGroupHandler } from './commands/rename-group.command.ts';
import { RenameServerHandler } from './commands/rename-server.command.ts';
import { RetireServerHandler } from './commands/retire-server.command.ts';
import { RotateKeyHandler } from './commands/rotate-key.command.ts';
import { SetCapabilityHandler } from './commands/set-capability.command.ts';
import { SetGroupMembersHandler } from './commands/set-group-members.command.ts';
import { TagServerHandler } from './commands/tag-server.command.ts';
import { ServerAuthority } from './link/server-authority.ts';
import { ServerKeys } from './link/server-keys.ts';
import { ServerTelemetry } from './link/server-telemetry.ts';
import { JoinGroupsWhenServerEnrolled } from './policies/join-groups-when-server-enrolled.policy.ts';
import { TellSilenceWhenBeatsStop } from './policies/tell-silence-when-beats-stop.policy.ts';
import { SERVERS, ServersProjection } from './projections/servers.projection.ts';
import { GetEnrolmentHandler } from './queries/get-enrolment.query.ts';
import { GetServerHandler } from './queries/get-server.query.ts';
import { ListGroupsHandler } from './queries/list-groups.query.ts';
import { ListServersHandler } from './queries/list-servers.query.ts';
import { ServerAnnotations } from './server-annotations.ts';
import { ServerDirectory } from './server-directory.ts';
import { ServerRepository } from './server-repository.ts';
import { ServerRows } from './server-rows.ts';
import { ServerPlaces } from './server-places.ts';
import {
  APP_AGENTS,
  APP_DIRECTORY,
  GATEWAY_DIRECTORY,
  SYSTEM_DIRECTORY,
  WORKER_AGENTS,
  WORKER_DIRECTORY,
} from './tokens.ts';

const directoryOver = (token: symbol, database: symbol): Provider => ({
  provide: token,
  inject: [database],
  useFactory: (connection: Connection) => new ServerDirectory(connection),
});

const agentsOver = (token: symbol, database: symbol): Provider => ({
  provide: token,
  inject: [database],
  useFactory: (connection: Connection) => new AgentFleet(connection),
});

export const serversModule = domainModule({
  api: [
    directoryOver(APP_DIRECTORY, APP_DATABASE),
    directoryOver(SYSTEM_DIRECTORY, SYSTEM_DATABASE),
    agentsOver(APP_AGENTS, APP_DATABASE),
    ServerPlaces,
    ServerRepository,
    ServerAnnotations,
    ServerRows,
    OpenEnrolmentHandler,
    CancelEnrolmentHandler,
    ConfirmFingerprintHandler,
    SetCapabilityHandler,
    RenameServerHandler,
    TagServerHandler,
    RetireServerHandler,
    RotateKeyHandler,
    CreateGroupHandler,
    RenameGroupHandler,
    DeleteGroupHandler,
    SetGroupMembersHandler,
    ListServersHandler,
    GetServerHandler,
    GetEnrolmentHandler,
    ListGroupsHandler,
  ],
  worker: [
    directoryOver(WORKER_DIRECTORY, WORKER_DATABASE),
    agentsOver(WORKER_AGENTS, WORKER_DATABASE),
    TellSilenceWhenBeatsStop,
    {
      provide: ServersProjection,
      inject: [SubscriptionRegistry, HINTS, WORKER_STORE],
      useFactory: (registry: SubscriptionRegistry, hints: HintBus, store: EventStore) => {
        const projection = new ServersProjection(new LiveHints(hints));
        registry.add(projection);
        registry.add(new JoinGroupsWhenServerEnrolled(store));
        return projection;
      },
    },
  ],
  gateway: [
    directoryOver(GATEWAY_DIRECTORY, GATEWAY_DATABASE),
    LinkRegistry,
    ServerAuthority,
    ServerKeys,
    ServerTelemetry,
  ],
  readModels: [SERVERS],
});
