// AGT-002: A change was rolled back or is unconfirmed.
import { check, failures } from '../check.ts';
import { agentStanding } from '../known/agent-standing.ts';

/** A task of which the line was lost is asked for again at once when the server is back. */
const WINDOW_MS = 15 * 60_000;

export default check({
  id: 'AGT-002',
  area: 'agent',
  severity: 'high',
  title: 'A change was rolled back or is unconfirmed',
  measured: 'tasks without a known end, and the receipt of the last installation of an agent',
  expected: 'every change has a signed receipt, and none was taken back',
  why: 'A change without an answer may be there in part. One that was rolled back says that the server is not as somebody believes.',
  evidence: { task: 'Task', since: 'Since', error: 'What happened' },
  fix: 'Open the operation: when the server answers it says what it holds. A rolled-back update names its reason; mend it, then roll the release out again.',
  undo: 'Nothing is changed.',
  risk: 'none',
  maps: [],
  reads: { agentStanding },
  judge({ agentStanding: { unsettled, update } }, { now }) {
    const open = unsettled.filter(({ since }) => now.getTime() - Date.parse(since) > WINDOW_MS);
    return failures([
      ...open.map(({ task, since }) => ({
        subject: `task ${task} of ${since}`,
        evidence: { task, since, error: 'Nobody knows how it ended' },
      })),
      ...(update === null
        ? []
        : [
            {
              subject: 'installation of the agent',
              evidence: { task: 'releases.install@1', since: update.at, error: update.error },
            },
          ]),
    ]);
  },
});
