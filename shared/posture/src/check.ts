// A check judges what probes read. Pure: the same readings, policy and time give the same answer, on the server and in
// the control plane. It never says "pass" for what it could not see.
import type { Area, Evidence, Severity } from '@muster/contracts/posture';
import type { z } from 'zod';
import type { Approvable } from './approved.ts';
import type { Found, Guide } from './guide.ts';
import type { Source } from './probe.ts';
import type { PosturePolicy } from './policy.ts';

export type Verdict =
  | { readonly state: 'pass' }
  | { readonly state: 'unknown' | 'not-applicable'; readonly why: string }
  | {
      readonly state: 'fail';
      readonly failures: readonly Failure[];
      /** What could not be seen beside: without it, being rid of every failure would be a pass. */
      readonly unseen?: string;
    };

export interface Failure {
  /** What of the server it is about (`key SHA256:…`, `port tcp/3306`); null when it is about all of it. */
  readonly subject: string | null;
  readonly evidence: Evidence;
  /** What of the inventory it is about: it is no failure while somebody answers for all of that. */
  readonly approvable?: Approvable;
}

export interface Circumstances {
  readonly policy: PosturePolicy;
  readonly now: Date;
}

type Sources = Readonly<Record<string, Source>>;
type ReadingOf<One> = One extends Source ? z.output<One['reading']> : never;

export interface CheckDefinition<Reads extends Sources = Sources, Also extends Sources = Sources> {
  readonly id: string;
  readonly area: Area;
  readonly severity: Severity;
  readonly title: string;
  /** The command or file that gave the evidence. */
  readonly measured: string;
  readonly expected: string;
  /** Why it matters, in two sentences. */
  readonly why: string;
  /** Each evidence field with the words for its column. */
  readonly evidence: Readonly<Record<string, string>>;
  readonly fix: string;
  readonly undo: string;
  /** What the fix can hurt. */
  readonly risk: 'none' | 'low' | 'service' | 'lockout';
  /** CIS Debian 12 v1.1.0 and Lynis ids. */
  readonly maps: readonly string[];
  readonly reads: Reads;
  /** What the prober saw, where it makes the answer better: null as long as nobody has looked from outside. */
  readonly compares?: Also;
  /** How a person mends one failure, with the values of that server; pure. Without it, `fix` and `undo` are all there is. */
  steps?(found: Found): Guide;
  judge(
    readings: { [Name in keyof Reads]: ReadingOf<Reads[Name]> } & {
      [Name in keyof Also]: ReadingOf<Also[Name]> | null;
    },
    circumstances: Circumstances,
  ): Verdict;
}

const nothingElse = {} satisfies Sources;

/** Forgets what a check reads once its judge has been typed by it. */
export function check<const Reads extends Sources, const Also extends Sources = typeof nothingElse>(
  definition: CheckDefinition<Reads, Also>,
): CheckDefinition {
  return definition;
}

export const pass: Verdict = { state: 'pass' };
export const unknown = (why: string): Verdict => ({ state: 'unknown', why });
export const notApplicable = (why: string): Verdict => ({ state: 'not-applicable', why });
export const fail = (evidence: Evidence, subject: string | null = null): Verdict => ({
  state: 'fail',
  failures: [{ subject, evidence }],
});
/** One finding per failure; none is a pass, unless there is something that could not be seen. */
export const failures = (all: readonly Failure[], unseen: string | null = null): Verdict => {
  if (all.length === 0) return unseen === null ? pass : unknown(unseen);
  return { state: 'fail', failures: all, ...(unseen === null ? {} : { unseen }) };
};
/**
 * One answer about many things that were asked one by one: what is wrong; else what is not known; a pass only when all
 * of them were seen. `left` were not asked at all.
 */
export function overall(answers: readonly (Failure | 'fine' | 'not-known')[], left: number, unseen: string): Verdict {
  const wrong = answers.filter((answer) => typeof answer !== 'string');
  if (wrong.length > 0) return failures(wrong);
  return left > 0 || answers.includes('not-known') ? unknown(unseen) : pass;
}
export const passIf = (holds: boolean, evidence: Evidence): Verdict => (holds ? pass : fail(evidence));

/** Joined for one evidence field, with a bound that is said. */
export function listed(items: readonly string[], most = 12): string {
  const shown = items.slice(0, most).join(', ');
  return (items.length > most ? `${shown} and ${items.length - most} more` : shown).slice(0, 600);
}
