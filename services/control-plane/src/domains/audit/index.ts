// Audit: what other domains may use.
export { CheckpointView } from './checkpoint-view.ts';
export { WitnessDesk } from './witnesses/witness-desk.ts';
export { WitnessLists } from './witnesses/witness-lists.ts';
