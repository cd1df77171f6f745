// KEY-005: authorized_keys or ~/.ssh writable by others.
import { check, failures, unknown } from '../check.ts';
import { guide } from '../guide.ts';
import { rightsAsBefore, setOwner, setRights } from '../guides/files.ts';
import { authorizedKeys } from '../probes/authorized-keys.ts';

export default check({
  id: 'KEY-005',
  area: 'keys',
  severity: 'high',
  title: 'authorized_keys or ~/.ssh writable by others',
  measured: 'stat of home, .ssh and authorized_keys',
  expected: 'owned by the account or root, writable by nobody else',
  why: 'Whoever may write the file may add a key and sign in as that account. sshd refuses such files in strict mode, and then the right owner cannot sign in either.',
  evidence: { account: 'Account', path: 'Path', mode: 'Mode', owner: 'Owner' },
  fix: 'Take the right to write away from group and others (chmod go-w) and give the path back to its account (chown).',
  undo: 'Set mode and owner that are named here again.',
  risk: 'low',
  maps: ['CIS 7.2.9', 'CIS 7.2.10'],
  reads: { authorizedKeys },
  judge({ authorizedKeys }) {
    const { writable, complete } = authorizedKeys;
    if (writable.length === 0 && !complete) return unknown('Not every home folder could be looked into');
    return failures(writable.map((one) => ({ subject: one.path, evidence: { ...one } })));
  },
  steps({ evidence: { account, path, mode, owner } }) {
    const strange = owner !== account && owner !== 'root';
    return guide(
      [
        ...(strange ? [setOwner(`“${path}” belongs to “${owner}”: give it to “${account}”.`, account, path)] : []),
        setRights(`Let nobody but its owner write to “${path}”.`, strange ? account : owner, 'go-w', path),
      ],
      [
        rightsAsBefore(strange ? account : owner, mode, path),
        ...(strange ? [setOwner(`Give it back to “${owner}”.`, owner, path)] : []),
      ],
    );
  },
});
