// What somebody wrote as a policy, under this installation's release key.
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { signFor, type SigningKey } from '@muster/kernel/signing';
import type { Signed } from '@muster/contracts/agent';
import { policyPack } from '@muster/posture/policy-pack';
import { z } from 'zod';

const PACK_DAYS = 180;

/** Version, values, and from when it judges if not at once. */
export const draftPack = policyPack
  .pick({ version: true, values: true })
  .extend({ validFrom: policyPack.shape.validFrom.optional() });

/** Throws a sentence that names the field which does not fit. */
export function signPack(draft: unknown, key: SigningKey, now: Date): Signed {
  const parsed = draftPack.safeParse(draft);
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  const { version, values, validFrom } = parsed.data;
  const body = canonicalBytes({
    v: 1,
    version,
    validFrom: validFrom ?? now.toISOString(),
    issuedAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + PACK_DAYS * 86_400_000).toISOString(),
    values,
  });
  return {
    body: Buffer.from(body).toString('base64'),
    signature: signFor('muster/policy/v1', key, body),
    keyId: key.keyId,
  };
}
