// Erases a person who left. The event is the order; the projection of people carries it out, here and in every database
// that is ever made from this ledger.
import { ErasePerson, SubjectErased } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { eventOf, Recorder } from '../../../platform/cqrs/recorder.ts';
import { SYSTEM_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { notFound, Refusal } from '../../../platform/errors/refusal.ts';
import { onPerson } from '../person-stream.ts';
import { stillHere } from './erasable.ts';

const ErasePersonCommand = commandOf(ErasePerson);

@CommandHandler(ErasePersonCommand)
export class ErasePersonHandler implements ICommandHandler<MessageOf<typeof ErasePersonCommand>> {
  constructor(
    @Inject(SYSTEM_DATABASE) private readonly database: Connection,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input: { personId, reason },
    context,
  }: MessageOf<typeof ErasePersonCommand>): Promise<OutcomeOf<typeof ErasePersonCommand>> {
    const { tenantId } = context.principal;
    const { rows } = await sql<{ email_tag: string }>`
      select email_tag from muster.access_people where person_id = ${personId} and tenant_id = ${tenantId}`.execute(
      this.database.db,
    );
    const [row] = rows;
    if (!row) throw notFound('person');
    if (await stillHere(this.database.pool, personId)) {
      throw new Refusal('conflict', 'still-here', 'This person may still come in. Let the person go first, then erase');
    }
    const { eventIds, replayed } = await this.recorder.record(context, {
      ...onPerson(personId, eventOf(SubjectErased, { personId, reason })),
      release: [{ namespace: 'access.email', key: row.email_tag }],
      internalReason: reason,
    });
    return { eventIds, replayed, answer: {} };
  }
}
