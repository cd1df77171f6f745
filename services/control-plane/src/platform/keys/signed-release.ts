// A release of the agent under this installation's release key: agents and people can tell it from one that was put into
// the folder.
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { signFor, type SigningKey } from '@muster/kernel/signing';

export interface SignedRelease {
  /** The manifest's canonical bytes in base64. */
  readonly body: string;
  readonly signature: string;
  readonly keyId: string;
}

export function signRelease(manifest: object, key: SigningKey): SignedRelease {
  const body = canonicalBytes(manifest);
  return {
    body: Buffer.from(body).toString('base64'),
    signature: signFor('muster/release/v1', key, body),
    keyId: key.keyId,
  };
}
