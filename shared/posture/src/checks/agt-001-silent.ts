// AGT-001: Agent silent.
import { check, notApplicable, passIf } from '../check.ts';
import { guide, step } from '../guide.ts';
import { agentStanding } from '../known/agent-standing.ts';
import { only, sh } from '../shell.ts';

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
  steps({ evidence: { since, version } }) {
    const from = only(/^(\S+)T(\S+?)(?:\.\d+)?Z$/.exec(String(since))?.slice(1).join(' '), /^[\d: -]+$/);
    return guide([
      step(
        `See what the agent ${version} said when it fell silent. Where SSH does not answer, use the provider’s console.`,
        sh`journalctl -u muster-agentd -n 50 --since ${from === '' ? '' : `${from} UTC`}`,
      ),
      step('Start it again.', sh`systemctl restart muster-agentd`, sh`systemctl status muster-agentd --no-pager`),
    ]);
  },
});
