// Keeps what a server has as rows of lists over the fleet, and records when it is no longer what it was. Several workers
// may: the row of a reading is locked while its items are compared.
import { APPROVED_KINDS, HostChanged, type ApprovedKind, type ProbeReport } from '@muster/contracts/posture';
import { canonicalText } from '@muster/kernel/canonical-json';
import { sha256Hex } from '@muster/kernel/hashing';
import { derivedId } from '@muster/kernel/ids';
import type { Circumstances } from '@muster/posture/check';
import { readingOf } from '@muster/posture/judge';
import { answeredFor } from '@muster/posture/known/answered-for';
import { posturePolicy } from '@muster/posture/policy';
import { sql, type Transaction } from 'kysely';
import { eventOf } from '../../../platform/cqrs/event-of.ts';
import { recordFact } from '../../../platform/cqrs/recorded-fact.ts';
import type { Connection, NoTables } from '../../../platform/database/database.ts';
import type { EventStore } from '../../../platform/event-store/index.ts';
import type { OwnChanges } from '../../operations/index.ts';
import { kinds } from './kinds.ts';
import { explained, OWN_ITEMS, type Change } from './own-items.ts';
import type { KindDefinition, Reading } from './kind.ts';
import { markStandsOut } from './stands-out.ts';

const ACTOR = 'posture.inventory';
/** More would be another server, not a changed one. */
const MOST_TOLD = 500;

export interface Inspected {
  readonly serverId: string;
  readonly tenantId: string;
  readonly reports: ReadonlyMap<string, ProbeReport>;
}

interface Before {
  readonly basis: string;
  readonly read_at: Date;
  readonly complete: boolean;
}

export class InventoryKeeper {
  constructor(
    private readonly database: Connection,
    private readonly store: EventStore,
    private readonly changes: Pick<OwnChanges, 'between'>,
  ) {}

  async keep(server: Inspected, circumstances: Circumstances): Promise<void> {
    for (const kind of kinds) {
      await this.database.db.transaction().execute((trx) => this.#keep(trx, kind, server, circumstances));
    }
  }

  async #keep(
    trx: Transaction<NoTables>,
    definition: KindDefinition,
    server: Inspected,
    circumstances: Circumstances,
  ): Promise<void> {
    const { now } = circumstances;
    const { serverId, tenantId, reports } = server;
    const { kind } = definition;
    const basis = basisOf(definition, reports, circumstances);
    const { rows } = await sql<Before>`
      insert into muster.posture_inventory_readings (server_id, kind, tenant_id, basis, read_at, complete)
      values (${serverId}, ${kind}, ${tenantId}, '', ${now}, false)
      on conflict (server_id, kind) do update set basis = posture_inventory_readings.basis
      returning basis, read_at, complete`.execute(trx);
    const [before] = rows;
    if (before === undefined || before.basis === basis) return;
    const reading = definition.read(reports, circumstances);
    await sql`
      update muster.posture_inventory_readings set basis = ${basis}, read_at = ${now}, complete = ${reading?.complete ?? false}
      where server_id = ${serverId} and kind = ${kind}`.execute(trx);
    if (reading === null) return;
    const change = await this.#write(trx, kind, server, reading, now);
    await markStandsOut(serverId, kind, now).execute(trx);
    if (before.complete && reading.complete) await this.#tell(server, kind, change, { before, basis, now });
  }

  async #write(
    trx: Transaction<NoTables>,
    kind: string,
    { serverId, tenantId }: Inspected,
    { items: read, complete }: Reading,
    now: Date,
  ): Promise<{ appeared: string[]; gone: string[] }> {
    // What a host names alike, or what is alike once it is harmless and cut to its bound, is one.
    const items = [...new Map(read.map((one) => [one.item, one])).values()];
    const { rows: written } = await sql<{ item: string; fresh: boolean }>`
      insert into muster.posture_inventory (server_id, kind, item, tenant_id, sort, facts, first_seen, attention, to_explain)
      select ${serverId}::uuid, ${kind}, i.item, ${tenantId}::uuid, i.sort, i.facts, ${now}, i.attention, i."toExplain"
      from json_to_recordset(${JSON.stringify(items)}::json) as i(item text, sort text, facts jsonb, attention text, "toExplain" boolean)
      on conflict (server_id, kind, item) do update set sort = excluded.sort, facts = excluded.facts,
        attention = excluded.attention, to_explain = excluded.to_explain
      returning item, xmax = 0 as fresh`.execute(trx);
    // With gaps, what is missing may only be unreadable.
    if (!complete) return { appeared: [], gone: [] };
    const { rows: removed } = await sql<{ item: string }>`
      delete from muster.posture_inventory
      where server_id = ${serverId} and kind = ${kind} and item <> all(${items.map(({ item }) => item)}::text[])
      returning item`.execute(trx);
    return {
      appeared: written.filter(({ fresh }) => fresh).map(({ item }) => item),
      gone: removed.map(({ item }) => item),
    };
  }

  async #tell(
    { serverId, tenantId }: Inspected,
    kind: string,
    change: Change,
    { before, basis, now }: { before: Before; basis: string; now: Date },
  ): Promise<void> {
    if (!isApproved(kind) || change.appeared.length + change.gone.length === 0) return;
    const ours = await this.changes.between(serverId, [...OWN_ITEMS.keys()], before.read_at, now);
    await recordFact(this.store, {
      streamId: inventoryStream(serverId),
      streamType: 'inventory',
      events: explained(kind, change, ours).map(({ operationId, appeared, gone }) =>
        eventOf(HostChanged, {
          serverId,
          kind,
          appeared: appeared.toSorted().slice(0, MOST_TOLD),
          gone: gone.toSorted().slice(0, MOST_TOLD),
          operationId,
          observedAt: now.toISOString(),
        }),
      ),
      actor: ACTOR,
      actorKind: 'schedule',
      tenantId,
      // A reading that was rolled back tells the same again.
      commandId: derivedId(ACTOR, serverId, kind, before.read_at.toISOString(), basis),
    });
  }
}

export const inventoryStream = (serverId: string) => `inventory-${serverId}`;

const isApproved = (kind: string): kind is ApprovedKind => (APPROVED_KINDS as readonly string[]).includes(kind);

/**
 * Dates pass, and what a policy calls dangerous changes: the same reports are read again every day, and when the review of
 * an approval has come.
 */
function basisOf(
  { kind, probes }: KindDefinition,
  reports: ReadonlyMap<string, ProbeReport>,
  { policy, now }: Circumstances,
): string {
  const told = probes.map((probe) => reports.get(probe)?.sha256 ?? null);
  const approved = readingOf(answeredFor, reports, now)?.approvals.filter(
    (one) => one.kind === kind && Date.parse(one.reviewAt) > now.getTime(),
  );
  return sha256Hex(
    canonicalText([told, policy.version, posturePolicy.version, now.toISOString().slice(0, 10), approved?.length ?? 0]),
  );
}
