// All checks over all reports of one server. What is missing, failed or not understood is said per check; it is never a
// pass.
import type { CheckState, Evidence, ProbeReport } from '@muster/contracts/posture';
import { canonicalText } from '@muster/kernel/canonical-json';
import { sha256Hex } from '@muster/kernel/hashing';
import type { z } from 'zod';
import { withoutApproved, type ApprovedFailure } from './approved.ts';
import { checks } from './checks.ts';
import type { CheckDefinition, Circumstances, Verdict } from './check.ts';
import { answeredFor } from './known/answered-for.ts';
import { isOutside } from './outside.ts';
import type { Source } from './probe.ts';

export interface JudgedFailure {
  readonly subject: string | null;
  readonly evidence: Evidence;
  readonly evidenceHash: string;
}

export interface CheckResult {
  readonly check: CheckDefinition;
  readonly state: CheckState;
  /** Why it is not known, does not apply, or went wrong; of a failure: what of it is not told. */
  readonly why: string | null;
  readonly failures: readonly JudgedFailure[];
  /** What is no failure because somebody answers for it. */
  readonly approved: readonly ApprovedFailure[];
  /** When the oldest of its readings was taken; null when one is missing. */
  readonly observedAt: string | null;
}

export type Reports = ReadonlyMap<string, ProbeReport>;

/** Every report travels at least once a day: older than this, nobody knows how the server is now. */
export const STALE_MS = 2 * 86_400_000;
const NOT_LOOKED = 'Nobody has looked from outside yet';
/** Findings of one check on one server. Of more, the first by name are told, and that there are more. */
const MOST_FAILURES = 100;

export function judgeServer(reports: Reports, circumstances: Circumstances): CheckResult[] {
  return checks.map((check) => judgeCheck(check, reports, circumstances));
}

export function judgeCheck(check: CheckDefinition, reports: Reports, circumstances: Circumstances): CheckResult {
  const answer = (state: CheckState, why: string | null): CheckResult => ({
    check,
    state,
    why,
    failures: [],
    approved: [],
    observedAt: observedAt(check, reports),
  });
  const readings: Record<string, unknown> = {};
  for (const [name, source] of Object.entries(check.compares ?? {})) {
    readings[name] = readingOf(source, reports, circumstances.now);
  }
  for (const [name, probe] of Object.entries(check.reads)) {
    const report = reports.get(probe.name);
    if (report === undefined) {
      return answer('unknown', isOutside(probe) ? NOT_LOOKED : `The server has not reported ${probe.name} yet`);
    }
    if (circumstances.now.getTime() - Date.parse(report.at) > STALE_MS) {
      return answer('unknown', `${probe.name} was last read on ${report.at.slice(0, 10)}`);
    }
    if (report.error !== null) return answer('error', `${probe.name}: ${report.error}`);
    const reading = probe.reading.safeParse(report.reading);
    if (!reading.success)
      return answer('error', `${probe.name} was not understood: ${reading.error.issues[0]?.path.join('.') ?? ''}`);
    readings[name] = reading.data;
  }
  const verdict = judged(check, readings, circumstances);
  switch (verdict.state) {
    case 'pass':
      return answer('pass', null);
    case 'unknown':
    case 'not-applicable':
    case 'error':
      return answer(verdict.state, verdict.why);
    case 'fail': {
      const approvals = readingOf(answeredFor, reports, circumstances.now)?.approvals ?? [];
      const named = verdict.failures.map((one) => ({ ...one, subject: one.subject?.slice(0, 200) ?? null }));
      const { left, approved } = withoutApproved(named, approvals, circumstances.now);
      if (left.length === 0) {
        const { unseen = null } = verdict;
        return { ...answer(unseen === null ? 'pass' : 'unknown', unseen), approved };
      }
      const cut = left.length > MOST_FAILURES;
      const told = cut ? left.toSorted(bySubject).slice(0, MOST_FAILURES) : left;
      return {
        ...answer(
          'fail',
          cut ? `${left.length} were found, and the first ${MOST_FAILURES} of them by name are told` : null,
        ),
        approved,
        failures: told.map(({ subject, evidence }) => ({
          subject,
          evidence,
          evidenceHash: sha256Hex(canonicalText(evidence)),
        })),
      };
    }
  }
}

/** Fresh and understood; null otherwise. */
export function readingOf<Schema extends z.ZodType>(
  source: Source<string, Schema>,
  reports: Reports,
  now: Date,
): z.output<Schema> | null {
  const report = reports.get(source.name);
  if (report === undefined || report.error !== null || now.getTime() - Date.parse(report.at) > STALE_MS) return null;
  const reading = source.reading.safeParse(report.reading);
  return reading.success ? reading.data : null;
}

/** A check that throws has met a reading that nobody thought of: that is an error of ours, told as one. */
function judged(
  check: CheckDefinition,
  readings: Record<string, unknown>,
  circumstances: Circumstances,
): Verdict | { readonly state: 'error'; readonly why: string } {
  try {
    return check.judge(readings, circumstances);
  } catch (error) {
    return {
      state: 'error',
      why: `The check failed: ${error instanceof Error ? error.message : String(error)}`.slice(0, 200),
    };
  }
}

/** Always the same ones, in whatever order a server names them. */
const bySubject = (a: { subject: string | null }, b: { subject: string | null }): number => {
  const [one, other] = [a.subject ?? '', b.subject ?? ''];
  return one < other ? -1 : one > other ? 1 : 0;
};

function observedAt(check: CheckDefinition, reports: Reports): string | null {
  const times = Object.values(check.reads).map((probe) => reports.get(probe.name)?.at);
  return times.some((at) => at === undefined)
    ? null
    : (times.toSorted((a = '', b = '') => a.localeCompare(b))[0] ?? null);
}
