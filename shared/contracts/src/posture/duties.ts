// Duties that no program can look after: somebody does them, and attests it by name with a second factor until they are due
// again. Each has a check that fails while nobody has.
import { z } from 'zod';
import { personName } from '../access/values.ts';
import { command, query } from '../define.ts';
import { accepted, reason, target, timestamp, uuid } from '../values.ts';
import { checkId } from './values.ts';

export const DUTIES = ['break-glass-drill', 'incident-plan'] as const;
export const duty = z.enum(DUTIES);
export type Duty = z.infer<typeof duty>;

interface DutyWords {
  readonly checkId: string;
  readonly title: string;
  /** What was done, for whoever attests it. */
  readonly sentence: string;
  /** It is due again after so many days. */
  readonly days: number;
}
export const DUTY_WORDS: Readonly<Record<Duty, DutyWords>> = {
  'break-glass-drill': {
    checkId: 'AGT-005',
    title: 'Break-glass drill',
    sentence: 'Somebody got in without Muster and without the usual way: by console or IPMI, and with the offline key.',
    days: 92,
  },
  'incident-plan': {
    checkId: 'AGT-006',
    title: 'Incident plan and contact list',
    sentence: 'The plan for an incident and the list of whom to call were read again, and both are still right.',
    days: 180,
  },
};

/** A day, not a moment: nobody writes down the hour of a drill. */
export const dutyDay = z.iso.date({ error: 'is not a day like 2026-11-20' });
/** The last day on which it need not be done again. */
export const dutyDue = (which: Duty, doneOn: string): string =>
  new Date(Date.parse(doneOn) + DUTY_WORDS[which].days * 86_400_000).toISOString().slice(0, 10);

export const dutyView = z.strictObject({
  duty,
  checkId,
  target,
  targetName: z.string(),
  by: z.string(),
  note: z.string(),
  doneOn: dutyDay,
  dueOn: dutyDay,
  overdue: z.boolean(),
  attestedAt: timestamp,
});
export type DutyView = z.infer<typeof dutyView>;

export const ListDuties = query('posture.ListDuties', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'contractor'],
  sentence:
    'List what was attested of duties that no program can look after, and when each is due again; all, or what was attested for a group',
  input: z.strictObject({ groupId: uuid.optional() }),
  /** The newest of each duty and target, next due first; a duty that is not here was never attested. */
  output: z.strictObject({ attested: z.array(dutyView) }),
});

export const AttestDuty = command('posture.AttestDuty', {
  risk: 'high',
  stepUp: true,
  on: ['target', 'target'],
  roles: ['operator', 'security'],
  sentence: 'Attest, by name and second factor, that a duty was done for a server, a group or the fleet',
  input: z.strictObject({
    duty,
    target,
    doneOn: dutyDay,
    /** The own name, as the account has it. */
    name: personName,
    note: reason,
  }),
  output: accepted.extend({ dueOn: dutyDay }),
});
