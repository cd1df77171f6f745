// ACC-005: New member of a root-equivalent group.
import { check, failures, unknown } from '../check.ts';
import { dayOf } from '../first-seen.ts';
import { guide, step } from '../guide.ts';
import { baseline } from '../probes/baseline.ts';
import { sh } from '../shell.ts';

export default check({
  id: 'ACC-005',
  area: 'accounts',
  severity: 'high',
  title: 'New member of a root-equivalent group',
  measured: '/etc/group and primary groups, against who was in them when the server was taken on',
  expected: 'nobody joined sudo, wheel, docker, lxd, disk, adm, shadow without somebody accounting for it',
  why: 'Whoever is in one of these groups is root, or can become root with one command. A new name there is either a colleague or somebody who wants to stay.',
  evidence: { group: 'Group', member: 'Account', since: 'Seen since' },
  fix: 'Ask who added it. gpasswd -d ACCOUNT GROUP takes it out again; see first that another administrator gets in. A colleague: approve the account on the server’s page until a review.',
  undo: 'gpasswd -a ACCOUNT GROUP',
  risk: 'lockout',
  maps: [],
  reads: { baseline },
  judge({ baseline: { members } }) {
    if (members === null) return unknown('The groups could not be read');
    return failures(
      members.map(({ group, member, since }) => ({
        subject: `${member} in ${group}`,
        evidence: { group, member, since: dayOf(since) },
        approvable: { kind: 'administrators', items: [`${member} by ${group}`] },
      })),
    );
  },
  steps({ evidence: { group, member } }) {
    return guide(
      [
        step(`See that another administrator is in “${group}”.`, sh`getent group ${group}`),
        step(`Take “${member}” out of “${group}”.`, sh`gpasswd -d ${member} ${group}`, sh`id ${member}`),
        step('What it has open keeps the group until it ends.', sh`loginctl terminate-user ${member}`),
      ],
      [step(`Put “${member}” into “${group}” again.`, sh`gpasswd -a ${member} ${group}`)],
    );
  },
});
