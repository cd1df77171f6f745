// The posture domain: reports of servers, findings made of them, waivers, scores.
import type { Provider } from '@nestjs/common';
import { LinkRegistry } from '../../platform/agent-link/link-registry.ts';
import { domainModule } from '../../platform/composition/platform.module.ts';
import { WORKER_STORE } from '../../platform/composition/tokens.ts';
import { APP_DATABASE, GATEWAY_DATABASE, WORKER_DATABASE, type Connection } from '../../platform/database/database.ts';
import type { EventStore, HintBus } from '../../platform/event-store/index.ts';
import { HINTS } from '../../platform/hints/hints.ts';
import { SubscriptionRegistry } from '../../platform/projections/subscription-registry.ts';
import { LiveHints } from '../../platform/realtime/live-hints.ts';
import { OwnChanges } from '../operations/index.ts';
import { PEOPLE, type PersonNames } from '../../platform/personal-data/person-names.ts';
import { APP_DIRECTORY, type ServerDirectory } from '../servers/index.ts';
import { AcceptRiskHandler } from './commands/accept-risk.command.ts';
import { ApproveItemsHandler } from './commands/approve-items.command.ts';
import { ApproveWaiverHandler } from './commands/approve-waiver.command.ts';
import { CommentOnFindingHandler } from './commands/comment-on-finding.command.ts';
import { TakeFindingHandler } from './commands/take-finding.command.ts';
import { EndWaiverHandler } from './commands/end-waiver.command.ts';
import { WithdrawApprovalHandler } from './commands/withdraw-approval.command.ts';
import { FindingLives } from './finding-lives.ts';
import { FindingViews } from './finding-views.ts';
import { InventoryKeeper } from './inventory/inventory-keeper.ts';
import { InventoryRows } from './inventory/inventory-rows.ts';
import { ReportsIngestion } from './ingestion/reports.ingestion.ts';
import { PostureScope } from './posture-scope.ts';
import { inventoryProjection } from './projections/inventory/inventory.projection.ts';
import { findingNotesProjection } from './projections/finding-notes/finding-notes.projection.ts';
import { findingsProjection } from './projections/findings/findings.projection.ts';
import { ExportFindingsHandler } from './queries/export-findings.query.ts';
import { ExportInventoryHandler } from './queries/export-inventory.query.ts';
import { GetBaselineHandler } from './queries/get-baseline.query.ts';
import { GetFindingHandler } from './queries/get-finding.query.ts';
import { GetFindingsHandler } from './queries/get-findings.query.ts';
import { GetPostureHandler } from './queries/get-posture.query.ts';
import { GetServerPostureHandler } from './queries/get-server-posture.query.ts';
import { GetTrendHandler } from './queries/get-trend.query.ts';
import { ListChangesHandler } from './queries/list-changes.query.ts';
import { ListChecksHandler } from './queries/list-checks.query.ts';
import { ListHostChangesHandler } from './queries/list-host-changes.query.ts';
import { ListInventoryHandler } from './queries/list-inventory.query.ts';
import { ReviewFindingsHandler } from './queries/review-findings.query.ts';
import { ReviewOrder } from './review-order.ts';
import { ListFindingGroupsHandler } from './queries/list-finding-groups.query.ts';
import { ListWaiversHandler } from './queries/list-waivers.query.ts';
import { JudgeServers } from './schedules/judge-servers.schedule.ts';
import { KeepWaivers } from './schedules/keep-waivers.schedule.ts';
import { WaiverPlaces } from './waiver-places.ts';

const FOLLOWED = Symbol('FOLLOWED');

const following: Provider[] = [
  {
    provide: FOLLOWED,
    inject: [SubscriptionRegistry, HINTS],
    useFactory: (registry: SubscriptionRegistry, hints: HintBus) => {
      registry.add(findingsProjection(new LiveHints(hints)));
      registry.add(inventoryProjection(new LiveHints(hints)));
      registry.add(findingNotesProjection(new LiveHints(hints)));
    },
  },
  {
    provide: InventoryKeeper,
    inject: [WORKER_DATABASE, WORKER_STORE],
    useFactory: (database: Connection, store: EventStore) =>
      new InventoryKeeper(database, store, new OwnChanges(database)),
  },
  JudgeServers,
  KeepWaivers,
];

const listening: Provider = {
  provide: ReportsIngestion,
  inject: [GATEWAY_DATABASE, LinkRegistry],
  useFactory: (database: Connection, link: LinkRegistry) => {
    const reports = new ReportsIngestion(database);
    link.onBatch('posture', (server, items) => reports.take(server, items));
    return reports;
  },
};

export const postureModule = domainModule({
  api: [
    WaiverPlaces,
    {
      provide: FindingViews,
      inject: [APP_DATABASE, APP_DIRECTORY, PEOPLE],
      useFactory: (database: Connection, directory: ServerDirectory, people: PersonNames) =>
        new FindingViews(database, directory, people),
    },
    PostureScope,
    GetPostureHandler,
    GetTrendHandler,
    ListChangesHandler,
    ListFindingGroupsHandler,
    GetFindingsHandler,
    GetServerPostureHandler,
    ListChecksHandler,
    ListWaiversHandler,
    ReviewOrder,
    ReviewFindingsHandler,
    ExportFindingsHandler,
    InventoryRows,
    ListInventoryHandler,
    ExportInventoryHandler,
    ListHostChangesHandler,
    GetBaselineHandler,
    FindingLives,
    GetFindingHandler,
    TakeFindingHandler,
    CommentOnFindingHandler,
    ApproveItemsHandler,
    WithdrawApprovalHandler,
    AcceptRiskHandler,
    ApproveWaiverHandler,
    EndWaiverHandler,
  ],
  worker: following,
  gateway: [listening],
});
