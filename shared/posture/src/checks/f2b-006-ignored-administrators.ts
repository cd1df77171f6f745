// F2B-006: Administrators’ addresses not in ignoreip.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { fail2ban } from '../probes/fail2ban.ts';
import { NAME, inTurn, only, sh } from '../shell.ts';

export default check({
  id: 'F2B-006',
  area: 'fail2ban',
  severity: 'high',
  title: 'Administrators’ addresses not in ignoreip',
  measured: 'fail2ban-client get JAIL ignoreip against the administrators’ networks of the policy',
  expected: 'every jail leaves the administrators’ networks alone',
  why: 'A wrong password or a monitoring probe locks out the people who would have to help. It happens in the very moment when many things fail.',
  evidence: { jail: 'Jail', missing: 'Not ignored' },
  fix: 'Add the networks to ignoreip in /etc/fail2ban/jail.d/50-muster.local, test (fail2ban-client -t), reload.',
  undo: 'Remove them from that file, reload.',
  risk: 'low',
  maps: [],
  reads: { fail2ban },
  judge({ fail2ban: { installed, answers, jails } }, { policy: { adminNetworks } }) {
    if (adminNetworks.length === 0) return notApplicable('The policy names no administrators’ networks');
    if (!installed) return notApplicable('fail2ban is not installed: see F2B-001');
    if (answers !== true || jails.some(({ ignored }) => ignored === null))
      return unknown('fail2ban could not be asked');
    return failures(
      jails.flatMap(({ jail, ignored }) => {
        const missing = adminNetworks.filter((one) => ignored?.includes(one) !== true);
        return missing.length === 0
          ? []
          : [{ subject: `jail ${jail}`, evidence: { jail, missing: missing.join(', ').slice(0, 600) } }];
      }),
    );
  },
  steps({ evidence: { jail, missing } }) {
    const name = only(jail, NAME);
    const networks = String(missing).split(', ');
    const each = (verb: string) =>
      inTurn(...networks.map((one) => sh`fail2ban-client set ${name} ${verb} ${only(one, /^[\da-f.:/]+$/i)}`));
    return guide(
      [
        step(
          `Let the jail ${jail} leave these alone, from now on: ${missing}.`,
          each('addignoreip'),
          sh`fail2ban-client get ${name} ignoreip`,
        ),
        step(
          `Add the same to ignoreip of [DEFAULT] in a file of /etc/fail2ban/jail.d, so that it outlasts a restart. Test it.`,
          sh`fail2ban-client -t`,
        ),
      ],
      [step('Take them out again, here and in the file.', each('delignoreip'))],
    );
  },
});
