// What a person does about one finding, in order, with that server's own values, and what takes it back. Words and lines to
// copy: nothing is carried out from here.
import type { Evidence } from '@muster/contracts/posture';
import { harmlessText } from '@muster/kernel/harmless-text';
import type { Line } from './shell.ts';

export interface Step {
  readonly say: string;
  /** For a root shell on that server; null where there is nothing to run. */
  readonly command: string | null;
  /** Shows whether it worked, and changes nothing. */
  readonly verify: string | null;
}

export interface Guide {
  readonly mend: readonly Step[];
  /** Empty where nothing can be taken back: the check's own `undo` says why. */
  readonly undo: readonly Step[];
}

/** What of a failure steps are made of. */
export interface Found {
  readonly subject: string | null;
  readonly evidence: Evidence;
}

const LEFT_OUT = 'The line to copy is left out: a value in it does not fit into a shell safely. Write it by hand.';
const MOST = 700;

/** A line that is null was left out because of a value in it, which is said; one that is not given was never meant to be. */
export function step(say: string, command?: Line, verify?: Line): Step {
  const words = harmlessText(say).slice(0, MOST);
  const leftOut = command === null || verify === null;
  return { say: leftOut ? `${words} ${LEFT_OUT}` : words, command: command ?? null, verify: verify ?? null };
}

export const guide = (mend: readonly Step[], undo: readonly Step[] = []): Guide => ({ mend, undo });

/**
 * null: the check has no steps, or not for what this finding says: it may be of a former version of the check, and its fix in
 * one sentence still holds.
 */
export function guideFor(check: { readonly steps?: (found: Found) => Guide }, found: Found): Guide | null {
  try {
    return check.steps?.(found) ?? null;
  } catch {
    return null;
  }
}
