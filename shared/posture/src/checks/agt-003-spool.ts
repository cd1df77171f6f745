// AGT-003: Event spool dropping or lagging.
import { check, fail, notApplicable, pass, unknown } from '../check.ts';
import { agentStanding } from '../known/agent-standing.ts';

const DAY = 86_400_000;
/** A quiet server sends some batches a minute. */
const MOST_WAITING = 500;

export default check({
  id: 'AGT-003',
  area: 'agent',
  severity: 'medium',
  title: 'Event spool dropping or lagging',
  measured: 'heartbeats (batches that wait), and what the agent said it had to drop',
  expected: 'nothing dropped within a day, and nothing waiting',
  why: 'What was dropped is missing in the ban log for ever. A growing spool says that the server sends more than its line or this control plane takes.',
  evidence: { dropped: 'Dropped last', waiting: 'Waiting' },
  fix: 'Look at the line between the server and Muster, and at the disk under /var/lib/muster-agent; then at how busy the gateways are.',
  undo: 'Nothing is changed.',
  risk: 'none',
  maps: [],
  reads: { agentStanding },
  judge({ agentStanding: { link } }, { now }) {
    if (link === null) return notApplicable('Its agent has never been connected');
    const dropped = link.droppedAt !== null && now.getTime() - Date.parse(link.droppedAt) < DAY;
    if (dropped || link.waiting > MOST_WAITING) {
      return fail({
        dropped: dropped ? (link.droppedAt ?? '') : 'nothing within a day',
        waiting: link.waiting > MOST_WAITING ? `more than ${MOST_WAITING} batches` : 'little',
      });
    }
    return link.silentSince === null ? pass : unknown('The agent is silent: what waits on it is not known');
  },
});
