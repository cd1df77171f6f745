// Audit: what other domains may use.
export { auditModule } from './audit.module.ts';
export { CheckpointView } from './checkpoint-view.ts';
export { WitnessDesk } from './witnesses/witness-desk.ts';
