// The ledger's epochs: one after each restore, each stated by the root key in the ledger itself.
import { epochStatement, type EpochStatement, type SignedEpoch } from '@muster/contracts/agent';
import { EpochBegun } from '@muster/contracts/audit';
import { EPOCH_STREAM } from '../../../platform/keys/epochs.ts';
import type { EventStore } from '../../../platform/event-store/index.ts';

export interface Epoch {
  readonly signed: SignedEpoch;
  readonly statement: EpochStatement;
}

export class Epochs {
  #newest: Promise<Epoch | null> | undefined;

  constructor(private readonly store: EventStore) {}

  /** Read once: an epoch begins only while no process runs. */
  newest(): Promise<Epoch | null> {
    this.#newest ??= this.#read().catch((error: unknown) => {
      this.#newest = undefined;
      throw error;
    });
    return this.#newest;
  }

  async #read(): Promise<Epoch | null> {
    const last = (await this.store.readStream(EPOCH_STREAM)).at(-1);
    if (last === undefined) return null;
    const { body, signature } = EpochBegun.schema.parse(last.data);
    const statement = epochStatement.parse(JSON.parse(Buffer.from(body, 'base64').toString('utf8')));
    return { signed: { body, signature }, statement };
  }
}
