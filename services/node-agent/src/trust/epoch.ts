// Root's word that the ledger goes on from an earlier state under a new name, because the database was restored.
import { epochStatement } from '@muster/contracts/agent';
import type { EpochStatement, SignedEpoch } from '@muster/contracts/agent';
import { verifyFor } from '@muster/kernel/signing';
import type { PublicKeyText } from '@muster/kernel/signing';
import { parseJson } from './keyset.ts';
import { refused } from './refusal.ts';
import type { Refusal } from './refusal.ts';

export function openEpoch(signed: SignedEpoch, pinnedRoot: PublicKeyText): EpochStatement | Refusal {
  const bytes = Buffer.from(signed.body, 'base64');
  if (!verifyFor('muster/epoch/v1', pinnedRoot, bytes, signed.signature)) {
    return refused('signature', 'The statement of a new epoch is not signed by the pinned root key');
  }
  const parsed = epochStatement.safeParse(parseJson(bytes));
  return parsed.success ? parsed.data : refused('malformed', 'The statement of a new epoch is not one of this version');
}
