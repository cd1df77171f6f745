// The posture domain: reports of servers, findings made of them, waivers, scores.
import type { Provider } from '@nestjs/common';
import { LinkRegistry } from '../../platform/agent-link/link-registry.ts';
import { SETTINGS, type Settings } from '../../platform/config/settings.ts';
import { TRUST, type Trust } from '../../platform/keys/trust.ts';
import { domainModule } from '../../platform/composition/platform.module.ts';
import { WORKER_STORE } from '../../platform/composition/tokens.ts';
import { APP_DATABASE, GATEWAY_DATABASE, WORKER_DATABASE, type Connection } from '../../platform/database/database.ts';
import type { EventStore, HintBus } from '../../platform/event-store/index.ts';
import { HINTS } from '../../platform/hints/hints.ts';
import { SubscriptionRegistry } from '../../platform/projections/subscription-registry.ts';
import { LiveHints } from '../../platform/realtime/live-hints.ts';
import { OPERATION_REQUESTS, OwnChanges, UnsettledTasks, type OperationRequests } from '../operations/index.ts';
import { PEOPLE, type PersonNames } from '../../platform/personal-data/person-names.ts';
import { PeopleHere } from '../access/index.ts';
import { ReleaseShelf } from '../releases/index.ts';
import { ClientFindings, ClientNames } from '../clients/index.ts';
import { AgentStandings, APP_DIRECTORY, type ServerDirectory } from '../servers/index.ts';
import { AcceptRiskHandler } from './commands/accept-risk.command.ts';
import { ApproveItemsHandler } from './commands/approve-items.command.ts';
import { AttestDutyHandler } from './commands/attest-duty.command.ts';
import { ApproveWaiverHandler } from './commands/approve-waiver.command.ts';
import { CommentOnFindingHandler } from './commands/comment-on-finding.command.ts';
import { TakeFindingHandler } from './commands/take-finding.command.ts';
import { ScanServersHandler } from './commands/scan-servers.command.ts';
import { DecideIntakeHandler } from './commands/decide-intake.command.ts';
import { EndWaiverHandler } from './commands/end-waiver.command.ts';
import { WithdrawApprovalHandler } from './commands/withdraw-approval.command.ts';
import { FindingLives } from './finding-lives.ts';
import { FindingViews } from './finding-views.ts';
import { InventoryKeeper } from './inventory/inventory-keeper.ts';
import { InventoryRows } from './inventory/inventory-rows.ts';
import { ReportsIngestion } from './ingestion/reports.ingestion.ts';
import { AskServersWhenScanIsRequested } from './policies/ask-servers-when-scan-is-requested.policy.ts';
import { judgeServersWhenAgentsComeAndGo } from './policies/judge-servers-when-agents-come-and-go.policy.ts';
import { KnownFacts } from './known-facts.ts';
import { PostureScope } from './posture-scope.ts';
import { DUTIES, dutiesProjection } from './projections/duties/duties.projection.ts';
import { INVENTORY, inventoryProjection } from './projections/inventory/inventory.projection.ts';
import { FINDING_NOTES, findingNotesProjection } from './projections/finding-notes/finding-notes.projection.ts';
import { FINDINGS, findingsProjection } from './projections/findings/findings.projection.ts';
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
import { ListDutiesHandler } from './queries/list-duties.query.ts';
import { ListFindingGroupsHandler } from './queries/list-finding-groups.query.ts';
import { ListWaiversHandler } from './queries/list-waivers.query.ts';
import { INTAKE, intakeProjection } from './projections/intake/intake.projection.ts';
import { GetIntakeHandler } from './queries/get-intake.query.ts';
import { GetPolicyHandler } from './queries/get-policy.query.ts';
import { Policies } from './policy/policies.ts';
import { POLICIES, policiesProjection } from './projections/policies/policies.projection.ts';
import { LoadPolicyFile } from './schedules/load-policy-file.schedule.ts';
import { JudgeServers } from './schedules/judge-servers.schedule.ts';
import { KeepWaivers } from './schedules/keep-waivers.schedule.ts';
import { Scans } from './scans.ts';
import { WaiverPlaces } from './waiver-places.ts';

const FOLLOWED = Symbol('FOLLOWED');

const following: Provider[] = [
  {
    provide: FOLLOWED,
    inject: [SubscriptionRegistry, HINTS, OPERATION_REQUESTS],
    useFactory: (registry: SubscriptionRegistry, hints: HintBus, operations: OperationRequests) => {
      registry.add(findingsProjection(new LiveHints(hints)));
      registry.add(inventoryProjection(new LiveHints(hints)));
      registry.add(findingNotesProjection(new LiveHints(hints)));
      registry.add(policiesProjection(new LiveHints(hints)));
      registry.add(intakeProjection(new LiveHints(hints)));
      registry.add(dutiesProjection(new LiveHints(hints)));
      registry.add(new AskServersWhenScanIsRequested(operations));
      registry.add(judgeServersWhenAgentsComeAndGo);
    },
  },
  {
    provide: InventoryKeeper,
    inject: [WORKER_DATABASE, WORKER_STORE],
    useFactory: (database: Connection, store: EventStore) =>
      new InventoryKeeper(database, store, new OwnChanges(database)),
  },
  {
    provide: Policies,
    inject: [WORKER_DATABASE],
    useFactory: (database: Connection) => new Policies(database),
  },
  {
    provide: KnownFacts,
    inject: [WORKER_DATABASE, SETTINGS, TRUST],
    useFactory: (database: Connection, settings: Settings, trust: Trust) =>
      new KnownFacts({
        database,
        agents: new AgentStandings(database),
        tasks: new UnsettledTasks(database),
        people: new PeopleHere(database),
        releases: new ReleaseShelf(settings, trust),
      }),
  },
  {
    provide: ClientFindings,
    inject: [WORKER_DATABASE],
    useFactory: (database: Connection) => new ClientFindings(database),
  },
  JudgeServers,
  KeepWaivers,
  LoadPolicyFile,
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
    ClientNames,
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
    Scans,
    GetFindingHandler,
    GetPolicyHandler,
    GetIntakeHandler,
    DecideIntakeHandler,
    ListDutiesHandler,
    AttestDutyHandler,
    TakeFindingHandler,
    CommentOnFindingHandler,
    ApproveItemsHandler,
    WithdrawApprovalHandler,
    AcceptRiskHandler,
    ApproveWaiverHandler,
    EndWaiverHandler,
    ScanServersHandler,
  ],
  worker: following,
  gateway: [listening],
  readModels: [FINDINGS, INVENTORY, FINDING_NOTES, POLICIES, INTAKE, DUTIES],
});
