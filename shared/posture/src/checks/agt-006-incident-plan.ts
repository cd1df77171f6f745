// AGT-006: No incident plan or contact list on file.
import { check } from '../check.ts';
import { judgeDuty } from '../duty.ts';
import { duties } from '../known/duties.ts';

export default check({
  id: 'AGT-006',
  area: 'agent',
  severity: 'medium',
  title: 'No incident plan or contact list on file',
  measured: 'attestations on the duties page: of the server, its groups or the fleet',
  expected: 'the plan and the contact list were read again within the last 180 days',
  why: 'In an incident nobody has time to find out whom to call and who may decide. A list that is a year old calls people who have left.',
  evidence: { done: 'Last read again', due: 'Was due' },
  fix: 'Read the plan and the list with those who are on it. Then attest it on Posture, Duties, with where both are kept.',
  undo: 'Nothing is changed on the server.',
  risk: 'none',
  maps: [],
  reads: { duties },
  judge: ({ duties: reading }, { now }) => judgeDuty('incident-plan', reading, now),
});
