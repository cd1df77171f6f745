// Withdraws a token that was not used.
import { CancelEnrolment, EnrolmentCancelled } from '@muster/contracts/servers';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { eventOf, Recorder } from '../../../platform/cqrs/recorder.ts';
import { APP_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { notFound, Refusal } from '../../../platform/errors/refusal.ts';
import { enrolmentStream } from '../server-events.ts';
import type { ServersTables } from '../tables.ts';

const CancelEnrolmentCommand = commandOf(CancelEnrolment);

@CommandHandler(CancelEnrolmentCommand)
export class CancelEnrolmentHandler implements ICommandHandler<MessageOf<typeof CancelEnrolmentCommand>> {
  constructor(
    @Inject(Recorder) private readonly recorder: Recorder,
    @Inject(APP_DATABASE) private readonly database: Connection,
  ) {}

  async execute({
    input,
    context,
  }: MessageOf<typeof CancelEnrolmentCommand>): Promise<OutcomeOf<typeof CancelEnrolmentCommand>> {
    const enrolment = await this.database.db
      .withTables<ServersTables>()
      .selectFrom('muster.servers_enrolments')
      .selectAll()
      .where('enrolment_id', '=', input.enrolmentId)
      .where('tenant_id', '=', context.principal.tenantId)
      .executeTakeFirst();
    if (!enrolment) throw notFound('enrolment');
    if (enrolment.server_id) {
      throw new Refusal('conflict', 'used', 'The token was used already. Retire the server if it should not be here');
    }
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: enrolmentStream(input.enrolmentId),
      streamType: 'enrolment',
      expectedVersion: 1,
      events: [eventOf(EnrolmentCancelled, { enrolmentId: input.enrolmentId })],
    });
    return { eventIds, replayed, answer: {} };
  }
}
