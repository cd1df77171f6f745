// ACC-004: Time-limited account past its end date.
import { check, failures, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { accounts } from '../probes/accounts.ts';
import { authorizedKeys } from '../probes/authorized-keys.ts';
import { sh } from '../shell.ts';

export default check({
  id: 'ACC-004',
  area: 'accounts',
  severity: 'high',
  title: 'Time-limited account past its end date',
  measured: '/etc/shadow, eighth field; authorized_keys of the account',
  expected: 'an account whose time is over has no keys and is locked',
  why: 'An account was given for a time, and the time is over. What still opens it works wherever PAM is not asked, and again when somebody moves the date.',
  evidence: { account: 'Account', ended: 'Ended on', keys: 'Keys', password: 'Password' },
  fix: 'Lock it (usermod -L), put a # before its keys and end its sessions (loginctl terminate-user).',
  undo: 'usermod -U, and take the # away.',
  risk: 'lockout',
  maps: ['AUTH-9282', 'AUTH-9288'],
  reads: { accounts, authorizedKeys },
  judge({ accounts: { accounts, shadowRead }, authorizedKeys: { keys } }, { now }) {
    if (!shadowRead) return unknown('/etc/shadow could not be read');
    const today = now.toISOString().slice(0, 10);
    return failures(
      accounts.flatMap(({ name, expiresOn, password }) => {
        const own = keys.filter(({ account }) => account === name).length;
        if (expiresOn === null || expiresOn >= today || (password === 'locked' && own === 0)) return [];
        return [
          {
            subject: `account ${name}`,
            evidence: { account: name, ended: expiresOn, keys: own, password: password ?? 'not known' },
          },
        ];
      }),
    );
  },
  steps({ evidence: { account, ended, keys } }) {
    return guide(
      [
        step(
          `The time of “${account}” was over on ${ended}. Lock it.`,
          sh`usermod -L ${account}`,
          sh`passwd -S ${account}`,
        ),
        ...(keys === 0
          ? []
          : [
              step(
                `Put its ${keys} keys out of use; the file stays beside, with “.ended” at its end.`,
                sh`home="$(getent passwd ${account} | cut -d: -f6)"; runuser -u ${account} -- mv "$home/.ssh/authorized_keys" "$home/.ssh/authorized_keys.ended"`,
                sh`ls -l "$(getent passwd ${account} | cut -d: -f6)/.ssh"`,
              ),
            ]),
        step('End what it has open.', sh`loginctl terminate-user ${account}`, sh`ps -u ${account}`),
      ],
      [
        step(`Unlock “${account}”.`, sh`usermod -U ${account}`),
        ...(keys === 0
          ? []
          : [
              step(
                'Let its keys in again.',
                sh`home="$(getent passwd ${account} | cut -d: -f6)"; runuser -u ${account} -- mv "$home/.ssh/authorized_keys.ended" "$home/.ssh/authorized_keys"`,
              ),
            ]),
      ],
    );
  },
});
