// Releases of the agent: what the release key signed, whoever carried it here. The control plane may ask for one; which bytes
// run on this host is decided by a key that root vouches for.
import { releaseManifest } from '@muster/contracts/agent';
import type { Keyset, ReleaseManifest, Signed } from '@muster/contracts/agent';
import { verifyFor } from '@muster/kernel/signing';
import { parseJson, vouchedKey } from './keyset.ts';
import { isRefusal, refused } from './refusal.ts';
import type { Refusal } from './refusal.ts';

export function openRelease(signed: Signed, keyset: Keyset, now: Date): ReleaseManifest | Refusal {
  const key = vouchedKey(keyset, 'release', signed.keyId, now);
  if (isRefusal(key)) return key;
  const bytes = Buffer.from(signed.body, 'base64');
  if (!verifyFor('muster/release/v1', key, bytes, signed.signature)) {
    return refused('signature', 'The release’s manifest is not signed by the release key');
  }
  const parsed = releaseManifest.safeParse(parseJson(bytes));
  if (!parsed.success) return refused('malformed', 'The release’s manifest is not one of this version');
  return now.getTime() > Date.parse(parsed.data.expiresAt)
    ? refused('lapsed', `The manifest of ${parsed.data.version} lapsed at ${parsed.data.expiresAt}`)
    : parsed.data;
}
