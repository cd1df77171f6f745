// The wire protocol between the control plane and an agent: keys, enrolment, envelopes, frames.
export * from './enrolment.ts';
export * from './envelope.ts';
export * from './epoch.ts';
export * from './frames.ts';
export * from './journal.ts';
export * from './keyset.ts';
export * from './release.ts';
export * from './succession.ts';
