// Keeps the system's part of the never-blocked list in step with what it protects: own servers, the control plane, live
// operators. What changed at the same moment is one operation.
import { DEFAULT_TENANT, derivedId, newId } from '@muster/kernel/ids';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { WORKER_STORE } from '../../../platform/composition/tokens.ts';
import { WORKER_DATABASE, type Connection } from '../../../platform/database/database.ts';
import type { EventStore, HintBus } from '../../../platform/event-store/index.ts';
import { HINTS } from '../../../platform/hints/hints.ts';
import { SESSIONS_CHANGED } from '../../access/index.ts';
import {
  drop,
  keep,
  protectionFrom,
  protectionStream,
  systemEntryId,
  type ProtectionState,
  type SystemEntry,
  type SystemKind,
} from '../protection.aggregate.ts';
import { recordFact } from '../../../platform/cqrs/recorded-fact.ts';
import { SystemAddresses } from '../system-addresses.ts';
import { Schedule } from '../../../platform/schedules/schedule.ts';

const ACTOR = 'bans.system-protections';
/** An address that a server no longer says it has may be back in a moment: a restart, a lost lease. */
const LINGERS_MS: Readonly<Record<SystemKind, number>> = {
  'own-server': 10 * 60_000,
  'control-plane': 10 * 60_000,
  'live-operator': 0,
};

interface Standing {
  readonly entry_id: string;
  readonly kind: SystemKind;
}

@Injectable()
export class KeepSystemProtections extends Schedule {
  protected readonly everyMs = 2000;
  readonly #missingSince = new Map<string, number>();
  #stopListening: () => void = () => undefined;

  constructor(
    @Inject(WORKER_DATABASE) private readonly database: Connection,
    @Inject(WORKER_STORE) private readonly store: EventStore,
    @Inject(SystemAddresses) private readonly addresses: SystemAddresses,
    @Inject(HINTS) private readonly hints: HintBus,
  ) {
    super();
  }

  override onApplicationBootstrap(): void {
    super.onApplicationBootstrap();
    // Whoever signs in is protected before the first thing he does.
    this.#stopListening = this.hints.subscribe(SESSIONS_CHANGED, () => this.turn());
  }

  override async onApplicationShutdown(): Promise<void> {
    this.#stopListening();
    await super.onApplicationShutdown();
  }

  async run(now: Date): Promise<void> {
    const tenantId = DEFAULT_TENANT;
    const { entries, unread } = await this.addresses.of(tenantId);
    const wanted = new Map(entries.map((entry) => [systemEntryId(tenantId, entry.kind, entry.range), entry]));
    const { rows } = await sql<Standing>`
      select entry_id, kind from muster.bans_protections
      where tenant_id = ${tenantId} and origin = 'system' and ended_at is null`.execute(this.database.db);
    const standing = new Set(rows.map((row) => row.entry_id));
    const operationId = newId();
    const missing = [...wanted].filter(([entryId]) => !standing.has(entryId));
    // While somebody's address cannot be read, any of these may be theirs.
    const ended = rows.filter(({ kind }) => kind !== 'live-operator' || unread === 0);
    const surplus = ended.filter((row) => !wanted.has(row.entry_id) && this.#missingLong(row.entry_id, row.kind, now));
    for (const entryId of [...wanted.keys(), ...surplus.map((row) => row.entry_id)]) this.#missingSince.delete(entryId);
    // Together, so that they reach the log as neighbours and servers as one change.
    await Promise.all([
      ...missing.map(([entryId, entry]) => this.#keep(tenantId, entryId, entry, operationId)),
      ...surplus.map(({ entry_id }) => this.#change(tenantId, entry_id, (state) => drop(state, operationId))),
    ]);
  }

  #missingLong(entryId: string, kind: SystemKind, now: Date): boolean {
    const since = this.#missingSince.get(entryId) ?? now.getTime();
    this.#missingSince.set(entryId, since);
    return now.getTime() - since >= LINGERS_MS[kind];
  }

  #keep(tenantId: string, entryId: string, entry: SystemEntry, operationId: string): Promise<void> {
    return this.#change(tenantId, entryId, (state) => keep(state, tenantId, entry, operationId));
  }

  /** The stream decides, not the read model: it may be a moment behind. */
  async #change(
    tenantId: string,
    entryId: string,
    decide: (state: ProtectionState) => ReturnType<typeof drop>,
  ): Promise<void> {
    const streamId = protectionStream(entryId);
    const state = protectionFrom(await this.store.readStream(streamId));
    const events = decide(state);
    if (events.length === 0) return;
    await recordFact(this.store, {
      streamId,
      streamType: 'protection',
      expectedVersion: state.version === 0 ? 'new' : state.version,
      events,
      actor: ACTOR,
      actorKind: 'schedule',
      tenantId,
      // A second worker that saw the same does the same.
      commandId: derivedId(ACTOR, entryId, String(state.version)),
    });
  }
}
