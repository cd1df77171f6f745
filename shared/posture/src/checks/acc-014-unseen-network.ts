// ACC-014: Successful login from an unseen network.
import { check, failures, unknown } from '../check.ts';
import { dayOf } from '../first-seen.ts';
import { keyUses } from '../probes/key-uses.ts';

export default check({
  id: 'ACC-014',
  area: 'accounts',
  severity: 'medium',
  title: 'Successful login from an unseen network',
  measured: 'accepted sign-ins of sshd’s journal, by account and network (/24, /48), kept by the agent',
  expected: 'people come from networks that they came from before',
  why: 'A stolen key is used from somewhere else. The first sign-in from a network that this account never used is the earliest sign of it.',
  evidence: { account: 'Account', network: 'Network', since: 'First seen' },
  fix: 'Ask the owner of the account. If it was not them: block the network, end their sessions, take the key out.',
  undo: 'Take the block away.',
  risk: 'low',
  maps: [],
  reads: { keyUses },
  judge({ keyUses: { read, since, networks } }, { policy: { signIns }, now }) {
    if (!read || since === null) return unknown('The journal of sshd could not be read');
    const today = Math.floor(now.getTime() / 1000);
    if (today - since < signIns.learningDays * 86_400) {
      return unknown(`The history of sign-ins begins on ${dayOf(since)}: ${signIns.learningDays} days are needed`);
    }
    const learnt = since + signIns.learningDays * 86_400;
    return failures(
      networks
        .filter(({ firstAt }) => firstAt > learnt && today - firstAt < signIns.newsDays * 86_400)
        .map(({ account, network, firstAt }) => ({
          subject: `${account} from ${network}`,
          evidence: { account, network, since: dayOf(firstAt) },
        })),
    );
  },
});
