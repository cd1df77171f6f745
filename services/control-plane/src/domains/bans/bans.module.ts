// The bans domain: what is blocked and never blocked, what servers hold of it, and the ban log.
import type { Provider } from '@nestjs/common';
import { LinkRegistry } from '../../platform/agent-link/link-registry.ts';
import { domainModule } from '../../platform/composition/platform.module.ts';
import { GATEWAY_STORE } from '../../platform/composition/tokens.ts';
import { SETTINGS, type Settings } from '../../platform/config/settings.ts';
import {
  APP_DATABASE,
  GATEWAY_DATABASE,
  SYSTEM_DATABASE,
  WORKER_DATABASE,
  type Connection,
} from '../../platform/database/database.ts';
import type { EventStore, HintBus } from '../../platform/event-store/index.ts';
import { HINTS } from '../../platform/hints/hints.ts';
import { MasterKey, PersonalData } from '../../platform/personal-data/personal-data.ts';
import { PEOPLE, type PersonNames } from '../../platform/personal-data/person-names.ts';
import { SubscriptionRegistry } from '../../platform/projections/subscription-registry.ts';
import { LiveHints } from '../../platform/realtime/live-hints.ts';
import { LiveOperators } from '../access/index.ts';
import { OPERATION_REQUESTS, type OperationRequests } from '../operations/index.ts';
import { APP_DIRECTORY, SYSTEM_DIRECTORY, WORKER_DIRECTORY, type ServerDirectory } from '../servers/index.ts';
import { BanLog } from './ban-log.ts';
import { BanLogMonths } from './ban-log-months.ts';
import { BlockPlaces } from './block-places.ts';
import { BlockReach } from './block-reach.ts';
import { BlockViews } from './block-views.ts';
import { BlockAddressHandler } from './commands/block-address.command.ts';
import { EndProtectionHandler } from './commands/end-protection.command.ts';
import { LiftBlockHandler } from './commands/lift-block.command.ts';
import { ProtectAddressHandler } from './commands/protect-address.command.ts';
import { BanLogIngestion } from './ingestion/ban-log.ingestion.ts';
import { HeldIngestion } from './ingestion/held.ingestion.ts';
import { JailsIngestion } from './ingestion/jails.ingestion.ts';
import { RepairsIngestion } from './ingestion/repairs.ingestion.ts';
import { BansOverview } from './overview.ts';
import { ConvergeServersWhenBansChange } from './policies/converge-servers-when-bans-change.policy.ts';
import { BAN_LOG, banLogProjection } from './projections/ban-log/ban-log.projection.ts';
import { BLOCKS, blocksProjection } from './projections/blocks/blocks.projection.ts';
import { HELD, heldProjection } from './projections/held/held.projection.ts';
import { ProtectionViews } from './protection-views.ts';
import { BanRateHandler } from './queries/ban-rate.query.ts';
import { ConvergenceHandler } from './queries/convergence.query.ts';
import { ExplainAddressHandler } from './queries/explain-address.query.ts';
import { ListBlocksHandler } from './queries/list-blocks.query.ts';
import { ListJailsHandler } from './queries/list-jails.query.ts';
import { ListProtectionsHandler } from './queries/list-protections.query.ts';
import { PreviewBlockHandler } from './queries/preview-block.query.ts';
import { SearchBanLogHandler } from './queries/search-ban-log.query.ts';
import { EndWhatIsOver } from './schedules/end-what-is-over.schedule.ts';
import { JudgeTables } from './schedules/judge-tables.schedule.ts';
import { KeepSystemProtections } from './schedules/keep-system-protections.schedule.ts';
import { ForgetOldMonths } from './schedules/forget-old-months.schedule.ts';
import { MakeMonthsAhead } from './schedules/make-months-ahead.schedule.ts';
import { Sightings } from './sightings.ts';
import { SystemAddresses } from './system-addresses.ts';
import { BLOCK_REACH, JAILS_SPOKE, type JailsSpoke } from './tokens.ts';

/** What Muster itself protects, seen over the database of one role. */
function systemAddresses(
  database: Connection,
  directory: ServerDirectory,
  personal: PersonalData,
  master: MasterKey,
  settings: Settings,
): SystemAddresses {
  const operators = new LiveOperators(database, personal, master, settings.MUSTER_SESSION_IDLE_SECONDS);
  return new SystemAddresses(directory, operators, settings.publicUrl);
}

const reading: Provider[] = [
  BlockPlaces,
  {
    provide: BLOCK_REACH,
    inject: [SYSTEM_DATABASE, APP_DIRECTORY, SYSTEM_DIRECTORY, PEOPLE, PersonalData, MasterKey, SETTINGS],
    useFactory: (
      database: Connection,
      seen: ServerDirectory,
      all: ServerDirectory,
      people: PersonNames,
      personal: PersonalData,
      master: MasterKey,
      settings: Settings,
    ) => new BlockReach(database, seen, people, systemAddresses(database, all, personal, master, settings)),
  },
  {
    provide: BanLog,
    inject: [APP_DATABASE, APP_DIRECTORY, PEOPLE],
    useFactory: (database: Connection, directory: ServerDirectory, people: PersonNames) =>
      new BanLog(database, directory, people),
  },
  {
    provide: BlockViews,
    inject: [APP_DATABASE, APP_DIRECTORY, PEOPLE],
    useFactory: (database: Connection, directory: ServerDirectory, people: PersonNames) =>
      new BlockViews(database, directory, people),
  },
  {
    provide: ProtectionViews,
    inject: [APP_DATABASE, PEOPLE],
    useFactory: (database: Connection, people: PersonNames) => new ProtectionViews(database, people),
  },
  {
    provide: Sightings,
    inject: [APP_DATABASE],
    useFactory: (database: Connection) => new Sightings(database),
  },
  {
    provide: BansOverview,
    inject: [APP_DATABASE],
    useFactory: (database: Connection) => new BansOverview(database),
  },
];

const following: Provider[] = [
  {
    provide: BanLogMonths,
    inject: [WORKER_DATABASE, SubscriptionRegistry],
    useFactory: (database: Connection, registry: SubscriptionRegistry) => {
      const months = new BanLogMonths(database);
      registry.add(blocksProjection);
      registry.add(heldProjection);
      registry.add(banLogProjection(months));
      return months;
    },
  },
  {
    provide: ConvergeServersWhenBansChange,
    inject: [SubscriptionRegistry, OPERATION_REQUESTS, HINTS, SETTINGS],
    useFactory: (registry: SubscriptionRegistry, operations: OperationRequests, hints: HintBus, settings: Settings) => {
      const taskExpiryMs = settings.MUSTER_TASK_EXPIRY_SECONDS * 1000;
      const policy = new ConvergeServersWhenBansChange({ operations, hints, taskExpiryMs });
      registry.add(policy);
      return policy;
    },
  },
  {
    provide: SystemAddresses,
    inject: [WORKER_DATABASE, WORKER_DIRECTORY, PersonalData, MasterKey, SETTINGS],
    useFactory: systemAddresses,
  },
  EndWhatIsOver,
  KeepSystemProtections,
  JudgeTables,
  MakeMonthsAhead,
  ForgetOldMonths,
];

const listening: Provider = {
  provide: BanLogIngestion,
  inject: [GATEWAY_DATABASE, GATEWAY_STORE, HINTS, LinkRegistry],
  useFactory: (database: Connection, store: EventStore, hints: HintBus, link: LinkRegistry) => {
    const live = new LiveHints(hints);
    const banLog = new BanLogIngestion(database, store, new BanLogMonths(database), live);
    const jails = new JailsIngestion(database, live);
    const held = new HeldIngestion(database, live);
    const repairs = new RepairsIngestion(store, live);
    link.onBatch('ban-log', async (server, lines, seq) => {
      await banLog.take(server, lines, seq);
      const said: JailsSpoke = { serverId: server.serverId, jails: [...new Set(lines.map(({ jail }) => jail))] };
      hints.publish(JAILS_SPOKE, said);
    });
    link.onBatch('jails', (server, items) => jails.take(server, items));
    link.onBatch('held', (server, items) => held.take(server, items));
    link.onBatch('repair', (server, items) => repairs.take(server, items));
    return banLog;
  },
};

export const bansModule = domainModule({
  api: [
    ...reading,
    BlockAddressHandler,
    LiftBlockHandler,
    ProtectAddressHandler,
    EndProtectionHandler,
    SearchBanLogHandler,
    ListBlocksHandler,
    PreviewBlockHandler,
    ListProtectionsHandler,
    ExplainAddressHandler,
    ListJailsHandler,
    BanRateHandler,
    ConvergenceHandler,
  ],
  worker: following,
  gateway: [listening],
  readModels: [BLOCKS, HELD, BAN_LOG],
});
