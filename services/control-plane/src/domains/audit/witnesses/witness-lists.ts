// Which witnesses count, and how many of them must agree: a list that the root key signs and that stands in the ledger
// itself. The control plane proposes it; only whoever holds the root key can make it true.
import { WitnessListPublished } from '@muster/contracts/audit';
import { witnessList, type WitnessList } from '@muster/contracts/agent';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { sha256 } from '@muster/kernel/hashing';
import { DEFAULT_TENANT, derivedId, newId } from '@muster/kernel/ids';
import { verifyFor } from '@muster/kernel/signing';
import { Inject, Injectable } from '@nestjs/common';
import { eventOf, SOFTWARE } from '../../../platform/cqrs/recorder.ts';
import { Refusal } from '../../../platform/errors/refusal.ts';
import { EventStore } from '../../../platform/event-store/index.ts';
import { TRUST, type Trust } from '../../../platform/keys/trust.ts';
import { SYSTEM_DIRECTORY, type ServerDirectory } from '../../servers/index.ts';

const STREAM = 'witness-list';

@Injectable()
export class WitnessLists {
  constructor(
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(SYSTEM_DIRECTORY) private readonly servers: ServerDirectory,
    @Inject(TRUST) private readonly trust: Trust,
  ) {}

  /** The list in force; null before the first. */
  async newest(): Promise<WitnessList | null> {
    const last = (await this.store.readStream(STREAM)).at(-1);
    if (!last) return null;
    const { body } = WitnessListPublished.schema.parse(last.data);
    return witnessList.parse(JSON.parse(Buffer.from(body, 'base64').toString('utf8')));
  }

  /** What root should sign next; null when the list in force names exactly the servers that should witness. */
  async wanted(now: Date): Promise<WitnessList | null> {
    const [inForce, witnesses] = await Promise.all([this.newest(), this.servers.witnesses()]);
    const same = JSON.stringify(inForce?.witnesses ?? []) === JSON.stringify(witnesses);
    if (same) return null;
    return {
      v: 1,
      serial: (inForce?.serial ?? 0) + 1,
      issuedAt: now.toISOString(),
      quorum: witnesses.length === 0 ? 0 : Math.floor(witnesses.length / 2) + 1,
      witnesses: [...witnesses],
    };
  }

  /** Throws Refusal when root did not sign it, or its serial is not the next. */
  async publish(body: string, signature: string): Promise<void> {
    const bytes = Buffer.from(body, 'base64');
    if (!verifyFor('muster/witnesses/v1', this.trust.rootKey, bytes, signature)) {
      throw new Refusal('forbidden', 'signature', 'The list of witnesses is not signed by the root key');
    }
    const list = witnessList.parse(JSON.parse(bytes.toString('utf8')));
    const expectedVersion = list.serial === 1 ? 'new' : list.serial - 1;
    await this.store.append({
      commandId: derivedId(STREAM, String(list.serial), signature),
      actor: 'root-key',
      requestHash: sha256(canonicalBytes([body, signature])),
      tenantId: DEFAULT_TENANT,
      streamId: STREAM,
      streamType: STREAM,
      expectedVersion,
      events: [
        eventOf(WitnessListPublished, {
          serial: list.serial,
          witnesses: list.witnesses.length,
          quorum: list.quorum,
          body,
          signature,
        }),
      ],
      meta: {
        v: 1,
        actor: 'root-key',
        actorKind: 'system',
        software: SOFTWARE,
        correlation: newId(),
        tenant: DEFAULT_TENANT,
      },
    });
  }
}
