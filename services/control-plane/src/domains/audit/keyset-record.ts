// At its start the worker writes the keyset it works under into the ledger, unless it stands there already: keys that were
// renewed or rotated are on record from the first process that took them up.
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { WORKER_STORE } from '../../platform/composition/tokens.ts';
import type { EventStore } from '../../platform/event-store/index.ts';
import { publishKeyset } from '../../platform/keys/publish-keyset.ts';
import { TRUST, type Trust } from '../../platform/keys/trust.ts';

@Injectable()
export class KeysetRecord implements OnApplicationBootstrap {
  constructor(
    @Inject(WORKER_STORE) private readonly store: EventStore,
    @Inject(TRUST) private readonly trust: Trust,
  ) {}

  onApplicationBootstrap(): Promise<void> {
    return publishKeyset(this.store, this.trust.signed);
  }
}
