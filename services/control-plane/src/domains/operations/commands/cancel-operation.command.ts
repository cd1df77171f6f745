// Asks that what has not finished be cancelled. Tasks that no server has yet end at once; others are told.
import { CancelOperation, OperationCancelRequested } from '@muster/contracts/operations';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { eventOf, Recorder } from '../../../platform/cqrs/recorder.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { notFound, Refusal } from '../../../platform/errors/refusal.ts';
import { operationStream } from '../operation-requests.ts';
import type { OperationsTables } from '../tables.ts';

const CancelOperationCommand = commandOf(CancelOperation);

@CommandHandler(CancelOperationCommand)
export class CancelOperationHandler implements ICommandHandler<MessageOf<typeof CancelOperationCommand>> {
  constructor(
    @Inject(Recorder) private readonly recorder: Recorder,
    @Inject(APP_DATABASE) private readonly database: Connection,
  ) {}

  async execute({
    input,
    context,
  }: MessageOf<typeof CancelOperationCommand>): Promise<OutcomeOf<typeof CancelOperationCommand>> {
    const operation = await this.database.db
      .withTables<OperationsTables>()
      .selectFrom('muster.operations_operations')
      .select(['finished_at', 'cancel_requested', 'number'])
      .where('operation_id', '=', input.operationId)
      .where('tenant_id', '=', context.principal.tenantId)
      .executeTakeFirst();
    if (!operation) throw notFound('operation');
    if (operation.finished_at) {
      throw new Refusal(
        'conflict',
        'finished',
        `Operation ${operation.number} has finished; there is nothing to cancel`,
      );
    }
    if (operation.cancel_requested) {
      throw new Refusal('conflict', 'unchanged', `Operation ${operation.number} is being cancelled already`);
    }
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: operationStream(input.operationId),
      streamType: 'operation',
      expectedVersion: 'any',
      events: [eventOf(OperationCancelRequested, { operationId: input.operationId })],
    });
    return { eventIds, replayed, answer: {} };
  }
}
