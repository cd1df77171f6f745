// One entry exactly as it was hashed. Reading it is an event of its own, written before the answer.
import { GetEntry } from '@muster/contracts/audit';
import type { EventMeta } from '@muster/contracts/ledger';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import { LedgerReader } from '../ledger-reader.ts';

const GetEntryQuery = queryOf(GetEntry);

@QueryHandler(GetEntryQuery)
export class GetEntryHandler implements IQueryHandler<MessageOf<typeof GetEntryQuery>> {
  constructor(@Inject(LedgerReader) private readonly reader: LedgerReader) {}

  async execute({ input, context }: MessageOf<typeof GetEntryQuery>): Promise<AnswerOf<typeof GetEntryQuery>> {
    const rows = await this.reader.rows(context.principal.tenantId, [input.position]);
    const [entry] = await this.reader.entries(rows, context.principal);
    const [row] = rows;
    if (row === undefined || entry === undefined) throw notFound('entry');
    const rawMeta = row.meta.toString('utf8');
    return {
      ...entry,
      meta: JSON.parse(rawMeta) as EventMeta,
      rawBody: row.body.toString('utf8'),
      rawMeta,
      streamVersion: Number(row.stream_version),
      recordedMicros: row.micros,
      tenantId: row.tenant_id,
    };
  }
}
