// KEY-006: Key added outside a recorded change.
import { check, failures } from '../check.ts';
import { dayOf } from '../first-seen.ts';
import { step } from '../guide.ts';
import { fingerprintOf, withoutKey } from '../guides/keys.ts';
import { authorizedKeys } from '../probes/authorized-keys.ts';
import { sh } from '../shell.ts';

export default check({
  id: 'KEY-006',
  area: 'keys',
  severity: 'high',
  title: 'Key added outside a recorded change',
  measured: 'authorized_keys against what was there when the server was taken on, looked at again when a file changes',
  expected: 'no key that nobody accounted for',
  why: 'A line in authorized_keys is the quietest way to come back. Whoever added it can sign in until somebody reads that file.',
  evidence: { account: 'Account', type: 'Type', comment: 'Comment', file: 'File', since: 'Seen since' },
  fix: 'Ask who added it. If nobody did, take the line out, end the sessions of that account and look for how they came in.',
  undo: 'Put the line back. A key that is meant to be there: approve it on the server’s page until a review.',
  risk: 'lockout',
  maps: [],
  reads: { authorizedKeys },
  judge({ authorizedKeys: { keys, complete } }) {
    const added = keys.filter(({ newSince }) => newSince !== null);
    return failures(
      added.map(({ account, fingerprint, type, comment, file, newSince }) => ({
        subject: `key ${fingerprint} of ${account}`,
        evidence: { account, type, comment, file, since: dayOf(newSince ?? 0) },
        approvable: { kind: 'keys', items: [`${account} ${fingerprint}`] },
      })),
      complete ? null : 'Not every authorized_keys file could be read',
    );
  },
  steps({ subject, evidence: { account, file, since } }) {
    return withoutKey(account, fingerprintOf(subject), file, [
      step(
        `End what “${account}” has open, and see who signed in since ${since}.`,
        sh`loginctl terminate-user ${account}`,
        sh`last -n 20 -- ${account}`,
      ),
    ]);
  },
});
