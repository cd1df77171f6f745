// A release of the agent under this installation's release key: agents and people can tell it from one that was put into
// the folder. A signature lapses, so that an old release cannot be handed out for ever.
import { releaseManifest, type ReleaseManifest, type Signed } from '@muster/contracts/agent';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { signFor, type SigningKey } from '@muster/kernel/signing';

/** What was packed; the signature adds since when and until when it counts. */
export type PackedRelease = Omit<ReleaseManifest, 'issuedAt' | 'expiresAt'>;

const RELEASE_DAYS = 180;

/** `body`: the manifest's canonical bytes in base64. */
export function signRelease(packed: PackedRelease, key: SigningKey, now: Date): Signed {
  const body = canonicalBytes(
    releaseManifest.parse({
      ...packed,
      issuedAt: now.toISOString(),
      expiresAt: new Date(now.getTime() + RELEASE_DAYS * 86_400_000).toISOString(),
    }),
  );
  return {
    body: Buffer.from(body).toString('base64'),
    signature: signFor('muster/release/v1', key, body),
    keyId: key.keyId,
  };
}
