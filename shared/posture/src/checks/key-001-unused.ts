// KEY-001: SSH key not used for 90 days.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { dayOf } from '../first-seen.ts';
import { fingerprintOf, withoutKey } from '../guides/keys.ts';
import { authorizedKeys } from '../probes/authorized-keys.ts';
import { keyUses } from '../probes/key-uses.ts';

export default check({
  id: 'KEY-001',
  area: 'keys',
  severity: 'high',
  title: 'SSH key not used for 90 days',
  measured: 'authorized_keys against the ledger of sign-ins that the agent keeps of sshd’s journal',
  expected: 'every key signed in within 90 days',
  why: 'A key that nobody uses is a door that nobody watches. Its owner may have left, or lost the laptop that it lies on.',
  evidence: {
    account: 'Account',
    type: 'Type',
    comment: 'Comment',
    lastUsed: 'Last used',
    from: 'From',
    history: 'History begins',
  },
  fix: 'Ask the owner. Put a # with the date before the line in the file that is named here; see that somebody else still gets in first.',
  undo: 'Take the # away.',
  risk: 'lockout',
  maps: [],
  reads: { authorizedKeys, keyUses },
  judge({ authorizedKeys: { keys, complete }, keyUses: { read, since, uses } }, { policy, now }) {
    if (!read || since === null) return unknown('The journal of sshd could not be read');
    if (keys.length === 0)
      return complete
        ? notApplicable('No key opens an account')
        : unknown('Not every authorized_keys file could be read');
    const limit = Math.floor(now.getTime() / 1000) - policy.unusedDays * 86_400;
    const stale = keys.flatMap((key) => {
      const use = uses.find(({ account, fingerprint }) => account === key.account && fingerprint === key.fingerprint);
      const known = Math.max(use?.lastAt ?? 0, key.newSince ?? 0);
      return known >= limit ? [] : [{ key, use }];
    });
    if (stale.length === 0) return complete ? failures([]) : unknown('Not every authorized_keys file could be read');
    if (since > limit) return unknown(`The history of sign-ins begins on ${dayOf(since)}: 90 days are needed`);
    return failures(
      stale.map(({ key: { account, fingerprint, type, comment }, use }) => ({
        subject: `key ${fingerprint} of ${account}`,
        evidence: {
          account,
          type,
          comment,
          lastUsed: use === undefined ? 'never seen' : dayOf(use.lastAt),
          from: use?.from ?? '',
          history: dayOf(since),
        },
      })),
    );
  },
  steps: ({ subject, evidence: { account } }) => withoutKey(account, fingerprintOf(subject), undefined),
});
