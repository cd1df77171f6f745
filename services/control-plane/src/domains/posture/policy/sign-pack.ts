// What somebody wrote as a policy, under this installation's release key.
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { signFor, type SigningKey } from '@muster/kernel/signing';
import type { Signed } from '@muster/contracts/agent';
import { coreFolders } from '@muster/posture/core-folders';
import { policyPack } from '@muster/posture/policy-pack';
import { z } from 'zod';

const PACK_DAYS = 180;

/**
 * Version, values, and from when it judges if not at once. Checksums of WordPress stand in it as WordPress publishes them:
 * of `<version> <locale>` the md5 sum of each file.
 */
export const draftPack = policyPack.pick({ version: true, values: true }).extend({
  validFrom: policyPack.shape.validFrom.optional(),
  wordpressChecksums: z
    .record(z.string(), z.record(z.string().max(300), z.string().regex(/^[0-9a-f]{32}$/, 'is not an md5 sum')))
    .default({}),
});

/** Throws a sentence that names the field which does not fit. */
export function signPack(draft: unknown, key: SigningKey, now: Date): Signed {
  const parsed = draftPack.safeParse(draft);
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  const { version, values, validFrom, wordpressChecksums } = parsed.data;
  const wordpressCore = Object.fromEntries(
    Object.entries(wordpressChecksums).map(([of, sums]) => [of, coreFolders(sums)]),
  );
  const body = canonicalBytes({
    v: 1,
    version,
    validFrom: validFrom ?? now.toISOString(),
    issuedAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + PACK_DAYS * 86_400_000).toISOString(),
    values: Object.keys(wordpressCore).length === 0 ? values : { ...values, wordpressCore },
  });
  return {
    body: Buffer.from(body).toString('base64'),
    signature: signFor('muster/policy/v1', key, body),
    keyId: key.keyId,
  };
}
