// The signed ledger as a stream of lines that `muster verify` reads. Outside of the asked range, and for what is not
// the reader's to see, only the leaf hash is told: the tree still adds up. The read is an event before the first line.
import { Readable } from 'node:stream';
import { ExportLedger } from '@muster/contracts/audit';
import type { ExportHeader, ExportLine } from '@muster/contracts/ledger';
import { parseSignedNote } from '@muster/kernel/checkpoint';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { queryOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { SETTINGS, type Settings } from '../../../platform/config/settings.ts';
import { keepingSight } from '../../../platform/database/sight.ts';
import { Refusal } from '../../../platform/errors/refusal.ts';
import { Shares } from '../../../platform/http/shares.ts';
import { LogProofs, type StoredCheckpoint } from '../../../platform/proofs/log-proofs.ts';
import { LedgerEvidence } from '../ledger-evidence.ts';
import { LedgerReader, type LedgerRow } from '../ledger-reader.ts';

const ExportLedgerQuery = queryOf(ExportLedger);

const PAGE = 2_000;
const CHECKPOINTS = 1_000;

@QueryHandler(ExportLedgerQuery)
export class ExportLedgerHandler implements IQueryHandler<MessageOf<typeof ExportLedgerQuery>> {
  readonly #shares: Shares;

  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(LedgerReader) private readonly reader: LedgerReader,
    @Inject(LogProofs) private readonly proofs: LogProofs,
    @Inject(LedgerEvidence) private readonly evidence: LedgerEvidence,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    this.#shares = new Shares(settings.MUSTER_LIMIT_EXPORTS, 'Other exports are being written. Try again in a minute');
  }

  async execute({ input, context }: MessageOf<typeof ExportLedgerQuery>): Promise<Readable> {
    const newest = await this.proofs.newestCheckpoint();
    if (newest === null) throw new Refusal('unavailable', 'not-signed-yet', 'Nothing is signed yet', { retryAfter: 1 });
    const from = input.from;
    const to = Math.min(input.to ?? newest.size, newest.size);
    if (from > to) throw new Refusal('invalid', 'no-such-range', `from: give a position up to ${to}`);
    // Larger exports are made beside the database, with `muster export`.
    const most = this.settings.MUSTER_LIMIT_EXPORT_ENTRIES;
    if (to - from > most) {
      const sentence = `An export holds at most ${most} entries. Ask for a part, or run muster export beside the database`;
      throw new Refusal('too-large', 'export-too-large', sentence);
    }
    const done = this.#shares.take();
    // Whoever reads slowly is cut off by the listener, and that ends the stream.
    return Readable.from(keepingSight(this.#lines(context.principal.tenantId, newest, from, to))).once('close', done);
  }

  async *#lines(tenantId: string, newest: StoredCheckpoint, from: number, to: number): AsyncIterable<string> {
    const { origin } = parseSignedNote(newest.note).checkpoint;
    const header: ExportHeader = { muster: 'ledger-export/v1', origin, from, to };
    yield `${JSON.stringify(header)}\n`;
    let lines = 1;
    for await (const line of this.#content(tenantId, newest.size, from, to)) {
      lines++;
      yield `${JSON.stringify(line)}\n`;
    }
    yield `${JSON.stringify({ k: 'end', lines } satisfies ExportLine)}\n`;
  }

  async *#content(tenantId: string, size: number, from: number, to: number): AsyncIterable<ExportLine> {
    for (const keyset of await this.evidence.keysets()) yield { k: 'keyset', keyset };
    yield* await this.#checkpoints(size);
    yield* await this.#cosignatures();
    for (let start = 0; start < size; start += PAGE) {
      const end = Math.min(size, start + PAGE);
      const shown = await this.reader.range(tenantId, Math.max(start, from), Math.min(end, to));
      const content = new Map(shown.map((row) => [Number(row.position), row]));
      for (const { position, leaf } of await this.#leaves(start, end)) {
        const row = content.get(position);
        yield row === undefined ? { k: 'leaf', position, leaf } : eventLine(row);
      }
    }
  }

  async #leaves(start: number, end: number): Promise<{ position: number; leaf: string }[]> {
    const { rows } = await this.database.pool.query<{ position: string | number; leaf: string }>(
      `select position, encode(leaf_hash, 'hex') as leaf from es.ledger where position >= $1 and position < $2 order by position`,
      [start, end],
    );
    return rows.map((row) => ({ position: Number(row.position), leaf: row.leaf }));
  }

  async #checkpoints(size: number): Promise<ExportLine[]> {
    const { rows } = await this.database.pool.query<{ size: string | number; note: string }>(
      `select size, note from (select size, note, row_number() over (order by size desc) - 1 as age, count(*) over () as total
         from es.checkpoints where size <= $1) c where age % greatest(1, total / $2) = 0 order by size`,
      [size, CHECKPOINTS],
    );
    return rows.map((row) => ({ k: 'checkpoint', size: Number(row.size), note: row.note }));
  }

  async #cosignatures(): Promise<ExportLine[]> {
    const { rows } = await this.database.pool.query<{
      size: string | number;
      witness_id: string;
      root: string;
      signature: string;
      cosigned_at: Date;
    }>(
      `select distinct on (witness_id) witness_id, size, encode(root, 'hex') as root, encode(signature, 'base64') as signature, cosigned_at
       from es.witness_cosignatures order by witness_id, size desc`,
    );
    return rows.map((row) => ({
      k: 'cosignature',
      size: Number(row.size),
      witnessId: row.witness_id,
      root: row.root,
      signature: row.signature.replaceAll('\n', ''),
      at: row.cosigned_at.toISOString(),
    }));
  }
}

function eventLine(row: LedgerRow): ExportLine {
  return {
    k: 'event',
    position: Number(row.position),
    eventId: row.event_id,
    tenantId: row.tenant_id,
    streamId: row.stream_id,
    streamVersion: Number(row.stream_version),
    type: row.event_type,
    schemaVersion: row.schema_version,
    recordedMicros: row.micros,
    leaf: row.leaf_hash.toString('hex'),
    meta: row.meta.toString('utf8'),
    body: row.body.toString('utf8'),
  };
}
