// AGT-001: Agent silent.
import { check, notApplicable, passIf } from '../check.ts';
import { agentStanding } from '../known/agent-standing.ts';

export default check({
  id: 'AGT-001',
  area: 'agent',
  severity: 'high',
  title: 'Agent silent',
  measured: 'heartbeats, as the control plane hears them',
  expected: 'a heartbeat every few seconds',
  why: 'Of a silent server nothing is known: not who came in, not what changed. Blocks and changes do not reach it either.',
  evidence: { since: 'Silent since', version: 'Agent' },
  fix: 'On the server: systemctl status muster-agentd, then journalctl -u muster-agentd -n 50. Where the server itself is gone, use the console of its provider.',
  undo: 'Nothing is changed.',
  risk: 'none',
  maps: [],
  reads: { agentStanding },
  judge({ agentStanding: { link } }) {
    if (link === null) return notApplicable('Its agent has never been connected');
    return passIf(link.silentSince === null, { since: link.silentSince ?? '', version: link.version });
  },
});
