// Appends events for what a person does on the host itself, with the superuser's rights: a backup, a restore, a change of
// keys. Who it was is the host's to know; the ledger says that it was done there.
import type { EventMeta } from '@muster/contracts/ledger';
import { accessInlineTables } from '@muster/control-plane/domains/access/inline-tables';
import { inlineTables } from '@muster/control-plane/domains/operations/projections/inline-tables';
import { SOFTWARE } from '@muster/control-plane/platform/cqrs/event-of';
import {
  EventStore,
  InProcessHintBus,
  LogTail,
  type NewEvent,
  type Reservation,
} from '@muster/control-plane/platform/event-store/index';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { sha256 } from '@muster/kernel/hashing';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import type pg from 'pg';

export const HOST_OPERATOR = 'host-operator';

export class HostLedger {
  readonly store: EventStore;
  readonly #tail: LogTail;

  constructor(pool: pg.Pool) {
    const hints = new InProcessHintBus();
    this.#tail = new LogTail(pool, hints);
    this.store = new EventStore({ pool, hints, tail: this.#tail, inline: [...inlineTables, ...accessInlineTables] });
  }

  async append(
    streamId: string,
    streamType: string,
    events: readonly NewEvent[],
    reason?: string,
    release: readonly Reservation[] = [],
  ): Promise<void> {
    const correlation = newId();
    const meta: EventMeta = {
      v: 1,
      actor: HOST_OPERATOR,
      actorKind: 'break-glass',
      software: SOFTWARE,
      correlation,
      tenant: DEFAULT_TENANT,
      ...(reason === undefined ? {} : { internalReason: reason }),
    };
    await this.store.append({
      commandId: correlation,
      actor: HOST_OPERATOR,
      requestHash: sha256(canonicalBytes(events.map(({ type, data }) => ({ type, data })))),
      tenantId: DEFAULT_TENANT,
      streamId,
      streamType,
      expectedVersion: 'any',
      events: [...events],
      release,
      meta,
    });
  }

  async close(): Promise<void> {
    await this.#tail.stop();
  }
}
