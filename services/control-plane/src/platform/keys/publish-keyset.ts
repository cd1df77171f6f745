// Each keyset that root signed stands in the ledger, so that whoever verifies it later knows the keys of its time, and every
// change of keys is in the record of what was done.
import type { SignedKeyset } from '@muster/contracts/agent';
import { keyset } from '@muster/contracts/agent';
import { KeysetPublished } from '@muster/contracts/audit';
import { utf8 } from '@muster/kernel/bytes';
import { sha256, sha256Hex } from '@muster/kernel/hashing';
import { DEFAULT_TENANT, derivedId } from '@muster/kernel/ids';
import { eventOf, SOFTWARE } from '../cqrs/event-of.ts';
import type { EventStore } from '../event-store/index.ts';

export const KEYSET_STREAM = 'keysets';

/** A repeat adds nothing. */
export async function publishKeyset(store: EventStore, signed: SignedKeyset): Promise<void> {
  const bytes = Buffer.from(signed.body, 'base64');
  const { serial, keys } = keyset.parse(JSON.parse(bytes.toString('utf8')));
  const hash = sha256Hex(bytes);
  await store.append({
    commandId: derivedId('keyset', hash),
    actor: 'root-key',
    requestHash: sha256(utf8(hash)),
    tenantId: DEFAULT_TENANT,
    streamId: KEYSET_STREAM,
    streamType: 'keysets',
    expectedVersion: 'any',
    events: [
      eventOf(KeysetPublished, {
        serial,
        keys: keys.map(({ id, use, notAfter }) => ({ id, use, notAfter })),
        sha256: hash,
        signed,
      }),
    ],
    meta: {
      v: 1,
      actor: 'root-key',
      actorKind: 'system',
      software: SOFTWARE,
      correlation: derivedId('keyset', hash),
      tenant: DEFAULT_TENANT,
    },
  });
}
