// The clients domain: whose is what, and what each client sees of it.
import type { Provider } from '@nestjs/common';
import { LinkRegistry } from '../../platform/agent-link/link-registry.ts';
import { domainModule } from '../../platform/composition/platform.module.ts';
import { GATEWAY_STORE, WORKER_STORE } from '../../platform/composition/tokens.ts';
import { GATEWAY_DATABASE, type Connection } from '../../platform/database/database.ts';
import type { EventStore, HintBus } from '../../platform/event-store/index.ts';
import { HINTS } from '../../platform/hints/hints.ts';
import { SubscriptionRegistry } from '../../platform/projections/subscription-registry.ts';
import { LiveHints } from '../../platform/realtime/live-hints.ts';
import { CONCERNED_CLIENTS } from '../bans/index.ts';
import { OPERATION_REQUESTS, type OperationRequests } from '../operations/index.ts';
import { ClientBans } from './client-bans.ts';
import { ClientPlaces } from './client-places.ts';
import { ClientRepository } from './client-repository.ts';
import { ClientRows } from './client-rows.ts';
import { ClientsOfServers } from './clients-of-servers.ts';
import { AddSiteHandler } from './commands/add-site.command.ts';
import { ArchiveClientHandler } from './commands/archive-client.command.ts';
import { AssignSiteHandler } from './commands/assign-site.command.ts';
import { ChangeClientHandler } from './commands/change-client.command.ts';
import { CreateClientHandler } from './commands/create-client.command.ts';
import { GiveServerHandler } from './commands/give-server.command.ts';
import { ImportClientsHandler } from './commands/import-clients.command.ts';
import { RemoveSiteHandler } from './commands/remove-site.command.ts';
import { SetRulesHandler } from './commands/set-rules.command.ts';
import { SetUnblockLimitsHandler } from './commands/set-unblock-limits.command.ts';
import { TakeServerHandler } from './commands/take-server.command.ts';
import { UnblockAddressHandler } from './commands/unblock-address.command.ts';
import { DoneEntries } from './done-entries.ts';
import { HoldingJails } from './holding-jails.ts';
import { Importer } from './import/importer.ts';
import { KnownThings } from './import/known.ts';
import { SitesIngestion } from './ingestion/sites.ingestion.ts';
import { LivePages } from './live-pages.ts';
import { FileSites } from './policies/file-sites.policy.ts';
import { UnbanWhenAsked } from './policies/unban-when-asked.policy.ts';
import { CLIENTS, ClientsProjection } from './projections/clients.projection.ts';
import { CheckAddressHandler } from './queries/check-address.query.ts';
import { ExportExtractHandler } from './queries/export-extract.query.ts';
import { GetClientHandler } from './queries/get-client.query.ts';
import { GetClientPostureHandler } from './queries/get-client-posture.query.ts';
import { GetClientTrendHandler } from './queries/get-client-trend.query.ts';
import { GetDashboardHandler } from './queries/get-dashboard.query.ts';
import { GetRulesHandler } from './queries/get-rules.query.ts';
import { ListClientBansHandler } from './queries/list-client-bans.query.ts';
import { ListClientsHandler } from './queries/list-clients.query.ts';
import { ListDoneHandler } from './queries/list-done.query.ts';
import { ListSitesHandler } from './queries/list-sites.query.ts';
import { PreviewImportHandler } from './queries/preview-import.query.ts';
import { PreviewRulesHandler } from './queries/preview-rules.query.ts';
import { RuleBook } from './rule-book.ts';

const following: Provider = {
  provide: ClientsProjection,
  inject: [SubscriptionRegistry, HINTS, WORKER_STORE, OPERATION_REQUESTS],
  useFactory: (registry: SubscriptionRegistry, hints: HintBus, store: EventStore, operations: OperationRequests) => {
    const projection = new ClientsProjection(new LiveHints(hints));
    registry.add(projection);
    registry.add(new FileSites(store));
    registry.add(new UnbanWhenAsked(operations));
    return projection;
  },
};

const listening: Provider = {
  provide: SitesIngestion,
  inject: [GATEWAY_DATABASE, GATEWAY_STORE, LinkRegistry],
  useFactory: (database: Connection, store: EventStore, link: LinkRegistry) => {
    const ingestion = new SitesIngestion(database, store);
    link.onBatch('sites', (server, items, seq) => ingestion.take(server, items, seq));
    return ingestion;
  },
};

export const clientsModule = domainModule({
  api: [
    ClientPlaces,
    ClientRepository,
    ClientRows,
    ClientBans,
    { provide: CONCERNED_CLIENTS, useClass: ClientsOfServers },
    HoldingJails,
    DoneEntries,
    RuleBook,
    KnownThings,
    Importer,
    CreateClientHandler,
    ChangeClientHandler,
    ArchiveClientHandler,
    SetUnblockLimitsHandler,
    GiveServerHandler,
    TakeServerHandler,
    AddSiteHandler,
    AssignSiteHandler,
    RemoveSiteHandler,
    SetRulesHandler,
    ImportClientsHandler,
    UnblockAddressHandler,
    ListClientsHandler,
    GetClientHandler,
    ListSitesHandler,
    GetRulesHandler,
    PreviewRulesHandler,
    PreviewImportHandler,
    GetDashboardHandler,
    GetClientPostureHandler,
    GetClientTrendHandler,
    ListClientBansHandler,
    ListDoneHandler,
    ExportExtractHandler,
    CheckAddressHandler,
  ],
  worker: [following, LivePages],
  gateway: [listening],
  readModels: [CLIENTS],
});
