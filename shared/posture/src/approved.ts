// What somebody answers for, as checks see it: a failure that names items of the inventory is none while every one of them
// is approved. Exactly those items, of a port exactly that program; from the day of its review on an approval counts no more.
import type { ApprovedKind } from '@muster/contracts/posture';
import type { Failure } from './check.ts';
import type { Approval } from './known/answered-for.ts';

/** As the inventory of that kind names them. */
export interface Approvable {
  readonly kind: ApprovedKind;
  readonly items: readonly string[];
  /** Who listens, for ports. */
  readonly program?: string;
}

export interface ApprovedFailure {
  readonly subject: string | null;
  readonly kind: ApprovedKind;
  readonly items: readonly string[];
  /** The one whose review comes first, when each item has its own. */
  readonly approval: Approval;
}

/** What is still wrong, and what is not because somebody answers for it. */
export function withoutApproved(
  failures: readonly Failure[],
  approvals: readonly Approval[],
  now: Date,
): { readonly left: readonly Failure[]; readonly approved: readonly ApprovedFailure[] } {
  const left: Failure[] = [];
  const approved: ApprovedFailure[] = [];
  for (const failure of failures) {
    const { subject, approvable } = failure;
    const approval = approvable && approvalOf(approvable, approvals, now);
    if (approvable === undefined || approval === undefined) left.push(failure);
    else approved.push({ subject, kind: approvable.kind, items: approvable.items, approval });
  }
  return { left, approved };
}

function approvalOf(
  { kind, items, program }: Approvable,
  approvals: readonly Approval[],
  now: Date,
): Approval | undefined {
  const given = items.map((item) =>
    approvals.find(
      (one) =>
        one.kind === kind &&
        one.item === item &&
        Date.parse(one.reviewAt) > now.getTime() &&
        (kind !== 'ports' || one.program === program),
    ),
  );
  const all = given.filter((one) => one !== undefined);
  if (all.length < items.length) return undefined;
  return all.toSorted((a, b) => a.reviewAt.localeCompare(b.reviewAt))[0];
}
