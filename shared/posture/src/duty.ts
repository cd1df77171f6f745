// Whether a duty was done, and is not due again.
import { dutyDue, type Duty } from '@muster/contracts/posture';
import type { z } from 'zod';
import { fail, pass, type Verdict } from './check.ts';
import type { duties } from './known/duties.ts';

/** Fails from the day after it was due; a duty that nobody ever attested is due. */
export function judgeDuty(which: Duty, { attested }: z.output<(typeof duties)['reading']>, now: Date): Verdict {
  const last = attested.find(({ duty }) => duty === which)?.doneOn;
  if (last === undefined) return fail({ done: 'never', due: 'now' });
  const due = dutyDue(which, last);
  return now.toISOString().slice(0, 10) <= due ? pass : fail({ done: last, due });
}
