// Audit: what other domains may use.
export { BackupWatch } from './backups/backup-watch.ts';
export { CheckpointView } from './checkpoint-view.ts';
export { LedgerEvidence } from './ledger-evidence.ts';
export { LedgerReader, type LedgerRow } from './ledger-reader.ts';
export { WitnessDesk } from './witnesses/witness-desk.ts';
export { WitnessLists } from './witnesses/witness-lists.ts';
