// The ledger as it stands in a database. Any role that may read it will do; muster_auditor is made for this.
import { signedKeyset, type SignedKeyset } from '@muster/contracts/agent';
import pg from 'pg';
import { z } from 'zod';
import type { LedgerEntry, StoredCheckpoint, StoredCosignature } from './entry.ts';
import { UnreadableSource, type LedgerSource } from './source.ts';

const keysetPublished = z.object({ signed: signedKeyset });

const PAGE = 5_000;
const TILE = 256;
const HASH_BYTES = 32;

interface Row {
  position: string;
  event_id: string;
  leaf_hash: Buffer;
  found: boolean;
  tenant_id: string;
  stream_id: string;
  stream_version: string;
  event_type: string;
  schema_version: number;
  micros: string;
  meta: Buffer;
  body: Buffer;
  same: boolean;
}

const ENTRIES = `
  select l.position, l.event_id, l.leaf_hash, e.event_id is not null as found,
         e.tenant_id, e.stream_id, e.stream_version, e.event_type, e.schema_version,
         (extract(epoch from e.recorded_at) * 1000000)::bigint::text as micros, e.meta, e.body,
         (l.tenant_id, l.stream_id, l.stream_version, l.event_type) is not distinct from
         (e.tenant_id, e.stream_id, e.stream_version, e.event_type) as same
  from es.ledger l left join es.events e on e.event_id = l.event_id and e.recorded_at = l.recorded_at
  where l.position >= $1 order by l.position limit $2`;

export class DatabaseSource implements LedgerSource {
  readonly name: string;
  readonly #client: pg.Client;

  private constructor(client: pg.Client, name: string) {
    this.#client = client;
    this.name = name;
  }

  /** Throws UnreadableSource. All that is read afterwards is one snapshot. */
  static async open(url: string): Promise<DatabaseSource> {
    const client = new pg.Client({ connectionString: url, application_name: 'muster-verify' });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('begin isolation level repeatable read read only');
      await client.query('select 1 from es.ledger limit 1');
    } catch (error) {
      await client.end().catch(() => undefined);
      throw new UnreadableSource(`The database cannot be read: ${messageOf(error)}`, { cause: error });
    }
    return new DatabaseSource(client, `database ${client.database ?? ''} on ${client.host}`);
  }

  async checkpoints(): Promise<StoredCheckpoint[]> {
    const { rows } = await this.#client.query<{ size: string; note: string }>(
      'select size, note from es.checkpoints order by size',
    );
    return rows.map((row) => ({ size: Number(row.size), note: row.note }));
  }

  async cosignatures(): Promise<StoredCosignature[]> {
    const { rows } = await this.#client.query<{
      size: string;
      witness_id: string;
      root: Buffer;
      signature: Buffer;
      cosigned_at: Date;
    }>('select distinct on (witness_id) * from es.witness_cosignatures order by witness_id, size desc');
    return rows.map((row) => ({
      size: Number(row.size),
      witnessId: row.witness_id,
      root: row.root.toString('hex'),
      signature: row.signature.toString('base64'),
      at: row.cosigned_at.toISOString(),
    }));
  }

  /** Root's keysets stand in the ledger itself: a key that was replaced is still needed for what it signed. */
  async keysets(): Promise<SignedKeyset[]> {
    const { rows } = await this.#client.query<{ body: Buffer }>(
      `select e.body from es.ledger l join es.events e on e.event_id = l.event_id and e.recorded_at = l.recorded_at
       where l.event_type = 'audit.KeysetPublished' order by l.position`,
    );
    return rows.flatMap(({ body }) => {
      const published = keysetPublished.safeParse(JSON.parse(body.toString('utf8')));
      return published.success ? [published.data.signed] : [];
    });
  }

  async *entries(): AsyncIterable<LedgerEntry[]> {
    for (let from = 0; ;) {
      const { rows } = await this.#client.query<Row>({ name: 'entries', text: ENTRIES, values: [from, PAGE] });
      const last = rows.at(-1);
      if (last === undefined) return;
      const leaves = await this.#treeLeaves(from, Number(last.position));
      yield rows.map((row) => entryOf(row, leaves));
      from = Number(last.position) + 1;
    }
  }

  async strays(): Promise<string[]> {
    const { rows } = await this.#client.query<{ count: string }>(
      `select count(*) from es.events e
       where not exists (select 1 from es.ledger l where l.event_id = e.event_id)
         and not exists (select 1 from es.pending p where p.event_id = e.event_id)`,
    );
    const count = Number(rows[0]?.count ?? 0);
    return count === 0 ? [] : [`${count} stored events have no position and are not waiting for one`];
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  async #treeLeaves(from: number, to: number): Promise<Map<number, Buffer>> {
    const { rows } = await this.#client.query<{ index: string; hashes: Buffer }>({
      name: 'tiles',
      text: 'select index, hashes from es.tiles where level = 0 and index between $1 and $2',
      values: [Math.floor(from / TILE), Math.floor(to / TILE)],
    });
    return new Map(rows.map((row) => [Number(row.index), row.hashes]));
  }
}

function entryOf(row: Row, tiles: Map<number, Buffer>): LedgerEntry {
  const position = Number(row.position);
  const offset = (position % TILE) * HASH_BYTES;
  const treeLeaf = tiles.get(Math.floor(position / TILE))?.subarray(offset, offset + HASH_BYTES);
  const entry: LedgerEntry = { position, content: null, recordedLeaf: row.leaf_hash };
  if (treeLeaf?.length === HASH_BYTES) entry.treeLeaf = treeLeaf;
  if (!row.found) return { ...entry, mismatch: `the event ${row.event_id} is gone` };
  entry.content = {
    eventId: row.event_id,
    tenantId: row.tenant_id,
    streamId: row.stream_id,
    streamVersion: Number(row.stream_version),
    type: row.event_type,
    schemaVersion: row.schema_version,
    recordedMicros: BigInt(row.micros),
    meta: row.meta,
    body: row.body,
  };
  if (!row.same) entry.mismatch = 'the index names another stream or type than the event';
  return entry;
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
