// What was done for a client as a file that `muster verify` checks without us: each entry with its own path to one signed
// tree. No leaf of anybody else comes along, no witness by its server's id, and of who did it only the hash.
import { Readable } from 'node:stream';
import { ExportExtract } from '@muster/contracts/clients';
import type { ExtractHeader, ExtractLine } from '@muster/contracts/ledger';
import { toHex } from '@muster/kernel/bytes';
import { parseSignedNote } from '@muster/kernel/checkpoint';
import { sha256Hex } from '@muster/kernel/hashing';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { SETTINGS, type Settings } from '../../../platform/config/settings.ts';
import { queryOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { keepingSight } from '../../../platform/database/sight.ts';
import { notFound, Refusal } from '../../../platform/errors/refusal.ts';
import { Shares } from '../../../platform/http/shares.ts';
import { LogProofs, type StoredCheckpoint } from '../../../platform/proofs/log-proofs.ts';
import { LedgerEvidence, type LedgerRow } from '../../audit/index.ts';
import { ClientRepository } from '../client-repository.ts';
import { DoneEntries } from '../done-entries.ts';

const ExportExtractQuery = queryOf(ExportExtract);
const PAGE = 200;

@QueryHandler(ExportExtractQuery)
export class ExportExtractHandler implements IQueryHandler<MessageOf<typeof ExportExtractQuery>> {
  readonly #shares: Shares;

  constructor(
    @Inject(DoneEntries) private readonly entries: DoneEntries,
    @Inject(ClientRepository) private readonly clients: ClientRepository,
    @Inject(LedgerEvidence) private readonly evidence: LedgerEvidence,
    @Inject(LogProofs) private readonly proofs: LogProofs,
    @Inject(SETTINGS) settings: Settings,
  ) {
    this.#shares = new Shares(settings.MUSTER_LIMIT_EXPORTS, 'Other exports are being written. Try again in a minute');
  }

  async execute({ input: { clientId }, context }: MessageOf<typeof ExportExtractQuery>): Promise<Readable> {
    if (!(await this.clients.client(clientId))) throw notFound('client');
    const newest = await this.proofs.newestCheckpoint();
    if (newest === null) throw new Refusal('unavailable', 'not-signed-yet', 'Nothing is signed yet', { retryAfter: 1 });
    const done = this.#shares.take();
    const lines = this.#lines(context.principal.tenantId, clientId, newest);
    return Readable.from(keepingSight(lines)).once('close', done);
  }

  async *#lines(tenantId: string, clientId: string, newest: StoredCheckpoint): AsyncIterable<string> {
    const { origin } = parseSignedNote(newest.note).checkpoint;
    const header: ExtractHeader = { muster: 'ledger-extract/v1', origin, size: newest.size, about: clientId };
    yield `${JSON.stringify(header)}\n`;
    let lines = 1;
    for await (const line of this.#content(tenantId, clientId, newest)) {
      lines++;
      yield `${JSON.stringify(line)}\n`;
    }
    yield `${JSON.stringify({ k: 'end', lines } satisfies ExtractLine)}\n`;
  }

  async *#content(tenantId: string, clientId: string, { size, note }: StoredCheckpoint): AsyncIterable<ExtractLine> {
    for (const keyset of await this.evidence.keysets()) yield { k: 'keyset', keyset };
    yield { k: 'checkpoint', size, note };
    for (let from = 0; ;) {
      const rows = await this.entries.from(tenantId, clientId, from, size, PAGE);
      for (const row of rows) {
        yield lineOf(row, (await this.proofs.inclusion(Number(row.position), size)).map(toHex));
      }
      const last = rows.at(-1);
      if (!last || rows.length < PAGE) return;
      from = Number(last.position) + 1;
    }
  }
}

function lineOf(row: LedgerRow, path: string[]): ExtractLine {
  return {
    k: 'entry',
    position: Number(row.position),
    eventId: row.event_id,
    tenantId: row.tenant_id,
    streamId: row.stream_id,
    streamVersion: Number(row.stream_version),
    type: row.event_type,
    schemaVersion: row.schema_version,
    recordedMicros: row.micros,
    metaHash: sha256Hex(row.meta),
    body: row.body.toString('utf8'),
    path,
  };
}
