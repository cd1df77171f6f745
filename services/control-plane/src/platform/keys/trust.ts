// The keyset this process works under.
export const TRUST = Symbol('TRUST');
export type { Trust } from './key-store.ts';
