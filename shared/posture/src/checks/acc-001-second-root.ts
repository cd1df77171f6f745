// ACC-001: Another account has UID 0.
import { check, failures } from '../check.ts';
import { guide, step } from '../guide.ts';
import { accounts } from '../probes/accounts.ts';
import { sh } from '../shell.ts';

export default check({
  id: 'ACC-001',
  area: 'accounts',
  severity: 'critical',
  title: 'Another account has UID 0',
  measured: '/etc/passwd, third field',
  expected: 'only root has UID 0',
  why: 'A second account with UID 0 is root under another name, with its own password and keys. It is a favourite way to come back.',
  evidence: { account: 'Account', shell: 'Can sign in', password: 'Password' },
  fix: 'Find out who made it. Then lock it (usermod -L) and take its shell away; delete it only when its files are known.',
  undo: 'Give it its shell back and unlock it.',
  risk: 'lockout',
  maps: ['CIS 5.4.2.1', 'AUTH-9204'],
  reads: { accounts },
  judge({ accounts }) {
    const others = accounts.accounts.filter(({ uid, name }) => uid === 0 && name !== 'root');
    return failures(
      others.map(({ name, shell, password }) => ({
        subject: `account ${name}`,
        evidence: { account: name, shell, password: password ?? 'not known' },
      })),
    );
  },
  steps({ evidence: { account } }) {
    return guide(
      [
        step(
          `See what “${account}” is and when it signed in; ask who made it.`,
          sh`getent passwd ${account}; last -n 10 -- ${account}`,
        ),
        step(
          `Lock “${account}” and take its shell away.`,
          sh`usermod -L -s /usr/sbin/nologin ${account}`,
          sh`passwd -S ${account}; getent passwd ${account}`,
        ),
        step('When its files are known, delete it without -r: its home may be that of root.'),
      ],
      [step(`Let “${account}” in again.`, sh`usermod -U -s /bin/bash ${account}`)],
    );
  },
});
