// The same list twice changes nothing, so a list that was cut off is simply imported again.
import { ImportClients } from '@muster/contracts/clients';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { Importer } from '../import/importer.ts';
import { KnownThings } from '../import/known.ts';
import { planImport } from '../import/plan.ts';
import { reportOf } from '../import/report.ts';

const ImportClientsCommand = commandOf(ImportClients);

@CommandHandler(ImportClientsCommand)
export class ImportClientsHandler implements ICommandHandler<MessageOf<typeof ImportClientsCommand>> {
  constructor(
    @Inject(KnownThings) private readonly known: KnownThings,
    @Inject(Importer) private readonly importer: Importer,
  ) {}

  async execute({
    input: { rows },
    context,
  }: MessageOf<typeof ImportClientsCommand>): Promise<OutcomeOf<typeof ImportClientsCommand>> {
    const plan = planImport(rows, await this.known.of(context.principal.tenantId, rows));
    const { eventIds, lines } = await this.importer.run(plan, context);
    return { eventIds, replayed: false, answer: reportOf(lines) };
  }
}
