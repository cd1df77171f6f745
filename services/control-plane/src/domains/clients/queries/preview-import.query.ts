// The same plan as the import's own, and nothing is done.
import { PreviewImport } from '@muster/contracts/clients';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { queryOf, type AnswerOf, type MessageOf } from '../../../platform/cqrs/messages.ts';
import { KnownThings } from '../import/known.ts';
import { planImport } from '../import/plan.ts';
import { reportOf } from '../import/report.ts';

const PreviewImportQuery = queryOf(PreviewImport);

@QueryHandler(PreviewImportQuery)
export class PreviewImportHandler implements IQueryHandler<MessageOf<typeof PreviewImportQuery>> {
  constructor(@Inject(KnownThings) private readonly known: KnownThings) {}

  async execute({
    input: { rows },
    context,
  }: MessageOf<typeof PreviewImportQuery>): Promise<AnswerOf<typeof PreviewImportQuery>> {
    return reportOf(planImport(rows, await this.known.of(context.principal.tenantId, rows)).lines);
  }
}
