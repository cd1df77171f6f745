// AGT-005: Break-glass access untested.
import { check } from '../check.ts';
import { judgeDuty } from '../duty.ts';
import { duties } from '../known/duties.ts';

export default check({
  id: 'AGT-005',
  area: 'agent',
  severity: 'high',
  title: 'Break-glass access untested',
  measured: 'attestations on the duties page: of the server, its groups or the fleet',
  expected: 'somebody got in by console and with the offline key within the last 92 days',
  why: 'The way in for the day when nothing else works is needed once in years, and tried never. Consoles lose their passwords, keys their owners, and nobody notices until that day.',
  evidence: { done: 'Last drill', due: 'Was due' },
  fix: 'Sign in by console or IPMI and with the offline key, once in each place. Then attest it on Posture, Duties, with what you tried.',
  undo: 'Nothing is changed on the server.',
  risk: 'none',
  maps: [],
  reads: { duties },
  judge: ({ duties: reading }, { now }) => judgeDuty('break-glass-drill', reading, now),
});
