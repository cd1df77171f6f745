// What a file about the ledger carries along, so that it can be checked without us: the keysets that name the keys.
import { KeysetPublished } from '@muster/contracts/audit';
import type { SignedKeyset } from '@muster/contracts/agent';
import { Inject, Injectable } from '@nestjs/common';
import { EventStore } from '../../platform/event-store/index.ts';
import { KEYSET_STREAM } from '../../platform/keys/publish-keyset.ts';
import { TRUST, type Trust } from '../../platform/keys/trust.ts';

@Injectable()
export class LedgerEvidence {
  constructor(
    @Inject(TRUST) private readonly trust: Trust,
    @Inject(EventStore) private readonly store: EventStore,
  ) {}

  /** The present one first. Earlier ones: a key that was replaced is still needed for what it signed. */
  async keysets(): Promise<SignedKeyset[]> {
    const published = await this.store.readStream(KEYSET_STREAM);
    const earlier = published.flatMap((event) => {
      const { signed } = KeysetPublished.schema.parse(event.data);
      return signed === undefined || signed.body === this.trust.signed.body ? [] : [signed];
    });
    return [this.trust.signed, ...earlier];
  }
}
