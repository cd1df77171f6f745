// What the rest of the agent, and a simulated fleet, use of the link.
export { enrol } from './enrol.ts';
export type { EnrolmentKeys, Enrolled, EnrolOptions } from './enrol.ts';
export { IdentityKeys } from './identity-keys.ts';
export type { Endorse, HeldKeys, KeyMemory, NextKey } from './identity-keys.ts';
export { KeysetInMemory, WitnessInMemory } from './in-memory.ts';
export { Link } from './link.ts';
export type { KeysetMemory, LinkIdentity, LinkOptions, LinkSettings } from './options.ts';
export { MemorySpool } from './spool.ts';
export type { Priority, Spool, SpooledBatch } from './spool.ts';
export { NO_EVENTS } from './task-handler.ts';
export { aboutTask, journalPage } from '../runtime/journal-pages.ts';
export type { CancelAnswer, JournalPage, TaskAnswer, TaskEvents, TaskHandler, TaskState } from './task-handler.ts';
export { webSocketTransport } from './transport.ts';
export type { Transport, Wire, WireEvents } from './transport.ts';
export { Witness } from './witness.ts';
export type { SeenCheckpoint, WitnessMemory } from './witness.ts';
