// Begins a new epoch of the ledger after a restore: root states from where the log goes on and under which name, and signs
// the keyset of that name. Both are needed before anything is signed again.
import type { EpochStatement, Keyset, SignedEpoch, SignedKeyset } from '@muster/contracts/agent';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { signFor, type SigningKey } from '@muster/kernel/signing';

/** Where EpochBegun stands in the ledger. */
export const EPOCH_STREAM = 'ledger-epochs';

export function signEpoch(statement: EpochStatement, root: SigningKey): SignedEpoch {
  const bytes = canonicalBytes(statement);
  return { body: Buffer.from(bytes).toString('base64'), signature: signFor('muster/epoch/v1', root, bytes) };
}

export function signKeyset(body: Keyset, root: SigningKey): SignedKeyset {
  const bytes = canonicalBytes(body);
  return {
    body: Buffer.from(bytes).toString('base64'),
    signature: signFor('muster/keyset/v1', root, bytes),
    rootKey: root.publicKey,
  };
}
