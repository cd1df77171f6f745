// KEY-002: Key of a departed or unknown person.
import { check, failures, unknown } from '../check.ts';
import { withoutKey } from '../guides/keys.ts';
import { answeredFor } from '../known/answered-for.ts';
import { authorizedKeys } from '../probes/authorized-keys.ts';

export default check({
  id: 'KEY-002',
  area: 'keys',
  severity: 'critical',
  title: 'Key of a departed or unknown person',
  measured: 'authorized_keys of every account, against the keys that somebody answers for on the server’s page',
  expected: 'for every key somebody answers who is still here',
  why: 'A key opens the server until somebody takes it away, also when its owner has left. A key that nobody knows may be an intruder’s way back.',
  evidence: { account: 'Account', fingerprint: 'Key', type: 'Type', owner: 'Who answers for it' },
  fix: 'Ask whose key it is. Approve it on this page under your own name, or put a # before its line in the file.',
  undo: 'Take the # away again, or withdraw the approval.',
  risk: 'lockout',
  maps: [],
  reads: { authorizedKeys, answeredFor },
  judge({ authorizedKeys: { keys, complete }, answeredFor: { approvals } }) {
    const known = new Map(approvals.filter(({ kind }) => kind === 'keys').map((one) => [one.item, one]));
    // Nobody has begun to say whose keys these are: that is not known, and no alarm for each of them.
    if (known.size === 0) return unknown('Nobody has said yet whose keys these are: approve them on the server’s page');
    const orphans = keys.filter(
      ({ account, fingerprint }) => known.get(`${account} ${fingerprint}`)?.ownerHere !== true,
    );
    if (orphans.length === 0 && !complete) return unknown('Keys of some accounts could not be read');
    return failures(
      orphans.map(({ account, fingerprint, type }) => ({
        subject: `key ${fingerprint} of ${account}`,
        evidence: {
          account,
          fingerprint,
          type,
          owner: known.has(`${account} ${fingerprint}`) ? 'somebody who has left' : 'nobody',
        },
      })),
    );
  },
  steps: ({ evidence: { account, fingerprint } }) => withoutKey(account, fingerprint, undefined),
});
