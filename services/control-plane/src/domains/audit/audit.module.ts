// The audit domain: the ledger as people read it, with proofs.
import { domainModule } from '../../platform/composition/platform.module.ts';
import { SETTINGS, type Settings } from '../../platform/config/settings.ts';
import { APP_DATABASE, type Connection } from '../../platform/database/database.ts';
import type { HintBus } from '../../platform/event-store/index.ts';
import { HINTS } from '../../platform/hints/hints.ts';
import { SubscriptionRegistry } from '../../platform/projections/subscription-registry.ts';
import { LogProofs } from '../../platform/proofs/log-proofs.ts';
import { LiveHints } from '../../platform/realtime/live-hints.ts';
import { BackupWatch } from './backups/backup-watch.ts';
import { KeepBackups } from './backups/keep-backups.schedule.ts';
import { CheckpointView } from './checkpoint-view.ts';
import { KeysetRecord } from './keyset-record.ts';
import { LedgerEvidence } from './ledger-evidence.ts';
import { LedgerReader } from './ledger-reader.ts';
import { AUDIT_ENTRIES, AuditEntriesProjection } from './projections/entries/entries.projection.ts';
import { ExportLedgerHandler } from './queries/export-ledger.query.ts';
import { GetCheckpointHandler } from './queries/get-checkpoint.query.ts';
import { GetConsistencyHandler } from './queries/get-consistency.query.ts';
import { GetEntryHandler } from './queries/get-entry.query.ts';
import { GetProofHandler } from './queries/get-proof.query.ts';
import { ListEntriesHandler } from './queries/list-entries.query.ts';

import { WitnessLists } from './witnesses/witness-lists.ts';
import { WitnessDesk } from './witnesses/witness-desk.ts';

export const auditModule = domainModule({
  api: [
    {
      provide: LogProofs,
      inject: [APP_DATABASE],
      useFactory: (database: Connection) => new LogProofs(database.pool),
    },
    {
      provide: BackupWatch,
      inject: [APP_DATABASE, SETTINGS],
      useFactory: (database: Connection, settings: Settings) => new BackupWatch(database, settings),
    },
    WitnessLists,
    CheckpointView,
    LedgerEvidence,
    LedgerReader,
    ListEntriesHandler,
    GetEntryHandler,
    GetProofHandler,
    GetCheckpointHandler,
    GetConsistencyHandler,
    ExportLedgerHandler,
  ],
  gateway: [WitnessDesk],
  worker: [
    KeysetRecord,
    KeepBackups,
    {
      provide: AuditEntriesProjection,
      inject: [SubscriptionRegistry, HINTS],
      useFactory: (registry: SubscriptionRegistry, hints: HintBus) => {
        const projection = new AuditEntriesProjection(new LiveHints(hints));
        registry.add(projection);
        return projection;
      },
    },
  ],
  readModels: [AUDIT_ENTRIES],
});
