// KEY-003: Weak SSH key.
import { check, failures, unknown } from '../check.ts';
import { authorizedKeys } from '../probes/authorized-keys.ts';

export default check({
  id: 'KEY-003',
  area: 'keys',
  severity: 'medium',
  title: 'Weak SSH key',
  measured: 'the key itself in each authorized_keys',
  expected: 'no DSA; RSA of at least 3072 bits',
  why: 'A short RSA key can be computed from its public half by somebody with enough machines. DSA keys are weak at any length that SSH allows.',
  evidence: { account: 'Account', type: 'Type', bits: 'Bits', file: 'File' },
  fix: 'Ask the owner for a new key (ssh-keygen -t ed25519), add it, see that it works, then remove the weak line.',
  undo: 'Put the old line back.',
  risk: 'none',
  maps: [],
  reads: { authorizedKeys },
  judge({ authorizedKeys }, { policy }) {
    const weak = authorizedKeys.keys.filter(
      ({ type, bits }) => type === 'ssh-dss' || (type === 'ssh-rsa' && bits !== null && bits < policy.leastRsaBits),
    );
    if (weak.length === 0 && !authorizedKeys.complete) return unknown('Not every authorized_keys file could be read');
    return failures(
      weak.map(({ account, type, bits, file, fingerprint }) => ({
        subject: `key ${fingerprint} of ${account}`,
        evidence: { account, type, bits: bits ?? 0, file },
      })),
    );
  },
});
