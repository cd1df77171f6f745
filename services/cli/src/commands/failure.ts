// How a command ends: 0 all is well, 1 something is wrong with what was looked at, 2 it could not be looked at.
import { harmlessText } from '@muster/kernel/harmless-text';
import { UnreadableSource } from '../ledger/source.ts';
import { UnusableTrust } from '../verify/trust.ts';
import { harmlessLines } from './harmless.ts';

/** Named, not imported: the control plane is loaded only by the commands that need it. */
const MENDABLE = new Set(['SettingsError', 'KeyError']);

export const INTACT = 0;
export const WRONG = 1;
export const NO_VERDICT = 2;

/** The input is at fault, and the message says which part of it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** One sentence for what a person can mend; anything else is our own fault and keeps its stack. */
export function explain(error: unknown): string {
  if (error instanceof UsageError || error instanceof UnreadableSource || error instanceof UnusableTrust)
    return harmlessText(error.message);
  if (error instanceof Error && MENDABLE.has(error.name)) return harmlessLines(error.message);
  return harmlessLines(error instanceof Error ? (error.stack ?? error.message) : String(error));
}
