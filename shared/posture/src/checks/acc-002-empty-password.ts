// ACC-002: Account with an empty password.
import { check, failures, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { accounts } from '../probes/accounts.ts';
import { sh } from '../shell.ts';

export default check({
  id: 'ACC-002',
  area: 'accounts',
  severity: 'critical',
  title: 'Account with an empty password',
  measured: '/etc/shadow, second field; pam_unix nullok',
  expected: 'no account with a shell has an empty password',
  why: 'An empty password is no password: su, the console and every service that asks PAM let anybody in. One such account is enough.',
  evidence: { account: 'Account', nullok: 'PAM accepts it' },
  fix: 'Lock the account (passwd -l) or give it a password.',
  undo: 'Unlock it (passwd -u).',
  risk: 'low',
  maps: ['CIS 7.2.2', 'CIS 5.3.3.4.1', 'AUTH-9283'],
  reads: { accounts },
  judge({ accounts }) {
    if (!accounts.shadowRead) return unknown('/etc/shadow could not be read');
    const open = accounts.accounts.filter(({ shell, password }) => shell && password === 'empty');
    return failures(
      open.map(({ name }) => ({
        subject: `account ${name}`,
        evidence: { account: name, nullok: accounts.nullok ?? true },
      })),
    );
  },
  steps({ evidence: { account } }) {
    return guide(
      [step(`Lock “${account}”.`, sh`passwd -l ${account}`, sh`passwd -S ${account}`)],
      [step(`Let “${account}” in again, with a password.`, sh`passwd ${account}`)],
    );
  },
});
