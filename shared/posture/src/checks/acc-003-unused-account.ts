// ACC-003: Login account unused for 90 days.
import { check, failures, unknown } from '../check.ts';
import { dayOf } from '../first-seen.ts';
import { accounts } from '../probes/accounts.ts';
import { authorizedKeys } from '../probes/authorized-keys.ts';
import { keyUses } from '../probes/key-uses.ts';

export default check({
  id: 'ACC-003',
  area: 'accounts',
  severity: 'medium',
  title: 'Login account unused for 90 days',
  measured: 'accounts with a shell and a password or key, against the ledger of sign-ins',
  expected: 'every account that can sign in did so within 90 days',
  why: 'Accounts of people who left are tried first, because nobody notices. What nobody uses can be locked without anybody missing it.',
  evidence: { account: 'Account', opens: 'Opened by', lastSignIn: 'Last sign-in', history: 'History begins' },
  fix: 'Lock it (usermod -L -e 1) and put a # before its keys. Delete it only when its files are known.',
  undo: 'usermod -U -e "" and take the # away.',
  risk: 'lockout',
  maps: ['AUTH-9284'],
  reads: { accounts, authorizedKeys, keyUses },
  judge(
    { accounts: { accounts, shadowRead }, authorizedKeys: { keys, complete }, keyUses: { read, since, uses } },
    { policy, now },
  ) {
    if (!read || since === null) return unknown('The journal of sshd could not be read');
    if (!shadowRead || !complete) return unknown('Who can sign in could not be read');
    const limit = Math.floor(now.getTime() / 1000) - policy.unusedDays * 86_400;
    const idle = accounts.flatMap(({ name, shell, password, expiresOn }) => {
      const withKey = keys.some(({ account }) => account === name);
      const open =
        shell && (password === 'set' || withKey) && (expiresOn === null || expiresOn >= now.toISOString().slice(0, 10));
      const last = Math.max(0, ...uses.flatMap((use) => (use.account === name ? use.lastAt : [])));
      return open && last < limit ? [{ name, opens: withKey ? 'key' : 'password', last }] : [];
    });
    if (idle.length > 0 && since > limit)
      return unknown(`The history of sign-ins begins on ${dayOf(since)}: 90 days are needed`);
    return failures(
      idle.map(({ name, opens, last }) => ({
        subject: `account ${name}`,
        evidence: { account: name, opens, lastSignIn: last === 0 ? 'never seen' : dayOf(last), history: dayOf(since) },
      })),
    );
  },
});
