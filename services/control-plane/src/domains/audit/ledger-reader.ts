// Reads events by position in the form the audit page shows: content with its exact bytes, and what opens in it.
import { eventDefinition } from '@muster/contracts';
import { GetEntry, type AuditEntry } from '@muster/contracts/audit';
import type { EventMeta } from '@muster/contracts/ledger';
import type { JsonObject, JsonValue } from '@muster/kernel/canonical-json';
import { Inject, Injectable } from '@nestjs/common';
import type { Principal } from '../../platform/cqrs/principal.ts';
import { APP_DATABASE, type Connection } from '../../platform/database/database.ts';
import { currentSight, seesFleet } from '../../platform/database/sight.ts';
import { isUuid } from '@muster/kernel/ids';
import { PEOPLE, type PersonNames } from '../../platform/personal-data/person-names.ts';
import { PersonalData } from '../../platform/personal-data/personal-data.ts';
import { APP_DIRECTORY, type ServerDirectory } from '../servers/index.ts';

export interface LedgerRow {
  position: number;
  event_id: string;
  tenant_id: string;
  stream_id: string;
  stream_version: number;
  event_type: string;
  schema_version: number;
  recorded_at: Date;
  /** Decimal text. */
  micros: string;
  body: Buffer;
  meta: Buffer;
  leaf_hash: Buffer;
}

const COLUMNS = `l.position, e.event_id, e.tenant_id, e.stream_id, e.stream_version, e.event_type, e.schema_version, e.recorded_at,
  (extract(epoch from e.recorded_at) * 1000000)::bigint::text as micros, e.body, e.meta, l.leaf_hash`;
/** Row-level security says which entries somebody may see; who sees all need not wait for that index. */
const SHOWN = (all: string) =>
  `(${all}::boolean or exists (select 1 from muster.audit_entries a where a.position = l.position))`;
const SEALED = /^sealed:1:/;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
/** An entry names few things; more than this is not for a sentence. */
const NAMES_PER_PAGE = 2_000;

@Injectable()
export class LedgerReader {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(PersonalData) private readonly personal: PersonalData,
    @Inject(APP_DIRECTORY) private readonly servers: ServerDirectory,
    @Inject(PEOPLE) private readonly people: PersonNames,
  ) {}

  /** In the order of the positions given. What the reader may not see is left out: the index of entries knows. */
  async rows(tenantId: string, positions: readonly number[]): Promise<LedgerRow[]> {
    const { rows } = await this.database.pool.query<LedgerRow>(
      `select ${COLUMNS} from unnest($1::bigint[]) with ordinality as wanted(position, place)
       join es.ledger l on l.position = wanted.position
       join es.events e on e.event_id = l.event_id and e.recorded_at = l.recorded_at
       where l.tenant_id = $2 and ${SHOWN('$3')} order by wanted.place`,
      [positions, tenantId, seesFleet(currentSight())],
    );
    return rows;
  }

  async range(tenantId: string, from: number, to: number): Promise<LedgerRow[]> {
    const { rows } = await this.database.pool.query<LedgerRow>(
      `select ${COLUMNS} from es.ledger l join es.events e on e.event_id = l.event_id and e.recorded_at = l.recorded_at
       where l.position >= $1 and l.position < $2 and l.tenant_id = $3 and ${SHOWN('$4')} order by l.position`,
      [from, to, tenantId, seesFleet(currentSight())],
    );
    return rows;
  }

  async entries(rows: readonly LedgerRow[], reader: Principal): Promise<AuditEntry[]> {
    const mayOpen = reader.permissions.has(GetEntry.permission.name);
    const opened = await Promise.all(
      rows.map(async (row) => ({
        row,
        meta: JSON.parse(row.meta.toString('utf8')) as EventMeta,
        data: (await this.#opened(JSON.parse(row.body.toString('utf8')) as JsonValue, mayOpen)) as JsonObject,
      })),
    );
    const ids = new Set(rows.flatMap((row) => [...row.body.toString('utf8').matchAll(UUID)].map(([id]) => id)));
    const wanted = [...ids, ...opened.map(({ meta }) => meta.actor)].slice(0, NAMES_PER_PAGE);
    const [servers, people] = await Promise.all([
      this.servers.names(wanted.filter((id) => isUuid(id))),
      this.people.names(wanted),
    ]);
    const names = new Map([...servers, ...people]);
    return opened.map(({ row, meta, data }) => {
      const text = row.body.toString('utf8');
      return {
        position: Number(row.position),
        eventId: row.event_id,
        type: row.event_type,
        version: row.schema_version,
        class: eventDefinition(row.event_type)?.class ?? 'fact',
        at: row.recorded_at.toISOString(),
        streamId: row.stream_id,
        actor: { id: meta.actor, kind: meta.actorKind, name: names.get(meta.actor.replace(/^server:/, '')) ?? null },
        data: data as AuditEntry['data'],
        names: Object.fromEntries([...names].filter(([id]) => text.includes(id))),
        leafHash: row.leaf_hash.toString('hex'),
      };
    });
  }

  /** Personal fields in the clear for those who may, else null; also null once the person was erased. */
  async #opened(value: JsonValue | undefined, mayOpen: boolean): Promise<JsonValue> {
    if (typeof value === 'string' && SEALED.test(value)) {
      if (!mayOpen) return null;
      const plain = await this.personal.openIfReadable(value);
      // Somebody typed what only looks like a sealed field: it is read as it was typed.
      return plain === undefined ? value : plain;
    }
    if (Array.isArray(value)) return Promise.all(value.map((item: JsonValue) => this.#opened(item, mayOpen)));
    if (typeof value !== 'object' || value === null) return value ?? null;
    const fields = await Promise.all(
      Object.entries(value).map(async ([name, field]) => [name, await this.#opened(field, mayOpen)] as const),
    );
    return Object.fromEntries(fields);
  }
}
