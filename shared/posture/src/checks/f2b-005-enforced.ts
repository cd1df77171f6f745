// F2B-005: Ban listed but not enforced.
import { check, failures, listed, notApplicable, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { fail2ban } from '../probes/fail2ban.ts';
import { NAME, only, sh } from '../shell.ts';

export default check({
  id: 'F2B-005',
  area: 'fail2ban',
  severity: 'high',
  title: 'Ban listed but not enforced',
  measured: 'fail2ban-client banned against nft list table inet f2b-table',
  expected: 'every listed ban is in the kernel',
  why: 'The list says banned, the packets pass. It happens when somebody flushes the ruleset, and nobody sees it in fail2ban.',
  evidence: { jail: 'Jail', banned: 'Listed', missing: 'Not in the kernel' },
  fix: 'Restart the jail (fail2ban-client restart JAIL): it writes its bans to the kernel again.',
  undo: 'Nothing to undo.',
  risk: 'none',
  maps: [],
  reads: { fail2ban },
  judge({ fail2ban }) {
    if (!fail2ban.installed) return notApplicable('fail2ban is not installed: see F2B-001');
    if (fail2ban.answers !== true) return unknown('fail2ban could not be asked');
    if (fail2ban.jails.some(({ unenforced }) => unenforced === null))
      return unknown('The kernel’s table could not be read');
    return failures(
      fail2ban.jails
        .filter(({ unenforced }) => unenforced !== null && unenforced.length > 0)
        .map(({ jail, banned, unenforced }) => ({
          subject: `jail ${jail}`,
          evidence: { jail, banned, missing: listed(unenforced ?? []) },
        })),
    );
  },
  steps({ evidence: { jail, missing } }) {
    const name = only(jail, NAME);
    const address = only(String(missing).split(',')[0], /^[\da-f.:/]+$/i);
    return guide([
      step(
        `Restart the jail ${jail}: it writes its bans to the kernel again. Missing: ${missing}.`,
        sh`fail2ban-client restart ${name}`,
        sh`nft list table inet f2b-table | grep -F ${address}`,
      ),
      step(
        'See who took the table away: a firewall that is loaded anew does.',
        sh`journalctl -u nftables -u ufw -u firewalld -n 20 --no-pager`,
      ),
    ]);
  },
});
