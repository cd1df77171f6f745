// TIME-002: Clock differs from the control plane.
import { check, fail, notApplicable, pass, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { agentStanding } from '../known/agent-standing.ts';
import { sh } from '../shell.ts';

const MOST_SECONDS = 2;
const STEPS = [
  [3600, 'more than an hour'],
  [60, 'more than a minute'],
  [10, 'more than 10 s'],
] as const;

export default check({
  id: 'TIME-002',
  area: 'time',
  severity: 'high',
  title: 'Clock differs from the control plane',
  measured: 'the time in heartbeats of the agent, as they come in',
  expected: 'less than 2 s apart',
  why: 'Signed tasks are good for a span of time, and a clock that is off lets them lapse or lets old ones in. Log lines of servers that do not agree on the time cannot be put in order.',
  evidence: { clock: 'Its clock', off: 'By' },
  fix: 'chronyc makestep, or systemctl restart systemd-timesyncd; then see why nobody keeps it right (TIME-001).',
  undo: 'A clock that was set is not set back.',
  risk: 'low',
  maps: ['TIME-3185'],
  reads: { agentStanding },
  judge({ agentStanding: { link } }) {
    if (link === null) return notApplicable('Its agent has never been connected');
    if (link.silentSince !== null) return unknown('The agent is silent: what its clock says is not known');
    if (link.clockSeconds === null) return unknown('The agent has not said a time yet');
    const seconds = Math.abs(link.clockSeconds);
    if (seconds < MOST_SECONDS) return pass;
    return fail({
      clock: link.clockSeconds > 0 ? 'ahead' : 'behind',
      off: STEPS.find(([from]) => seconds > from)?.[1] ?? `more than ${MOST_SECONDS} s`,
    });
  },
  steps({ evidence: { clock, off } }) {
    return guide([
      step(
        `Its clock is ${clock} by ${off}. Set it.`,
        sh`if command -v chronyc >/dev/null; then chronyc makestep; else systemctl restart systemd-timesyncd; fi`,
        sh`timedatectl`,
      ),
      step(
        'See who keeps it right, and whether a time server answers.',
        sh`timedatectl timesync-status --no-pager || chronyc sources`,
      ),
    ]);
  },
});
