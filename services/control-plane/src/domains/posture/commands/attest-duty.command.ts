// Somebody says that a duty was done: by own name, with a second factor, for a day that has been.
import { AttestDuty, DutyAttested, dutyDue } from '@muster/contracts/posture';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { eventOf, Recorder } from '../../../platform/cqrs/recorder.ts';
import { requireSecondFactor } from '../../../platform/cqrs/second-factor.ts';
import { Refusal } from '../../../platform/errors/refusal.ts';
import { sealOwnName } from '../../../platform/personal-data/own-name.ts';
import { PEOPLE, type PersonNames } from '../../../platform/personal-data/person-names.ts';
import { PersonalData } from '../../../platform/personal-data/personal-data.ts';
import { idOf } from '../target-names.ts';

const AttestDutyCommand = commandOf(AttestDuty);
/** Somewhere on earth it is tomorrow already. */
const FARTHEST_AHEAD_MS = 14 * 3600_000;

@CommandHandler(AttestDutyCommand)
export class AttestDutyHandler implements ICommandHandler<MessageOf<typeof AttestDutyCommand>> {
  constructor(
    @Inject(PEOPLE) private readonly people: PersonNames,
    @Inject(PersonalData) private readonly personal: PersonalData,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input: { duty, target, doneOn, name, note },
    context,
  }: MessageOf<typeof AttestDutyCommand>): Promise<OutcomeOf<typeof AttestDutyCommand>> {
    const { actor } = context.principal;
    requireSecondFactor(context.principal, 'A duty is attested');
    const dueOn = dutyDue(duty, doneOn);
    refuseDay(doneOn, dueOn, new Date());
    const sealed = await sealOwnName(actor, name, { people: this.people, personal: this.personal });
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: `duty-${duty}-${idOf(target) ?? 'fleet'}`,
      streamType: 'duty',
      expectedVersion: 'any',
      events: [eventOf(DutyAttested, { duty, target, doneOn, name: sealed, note })],
      internalReason: note,
    });
    return { eventIds, replayed, answer: { dueOn } };
  }
}

function refuseDay(doneOn: string, dueOn: string, now: Date): void {
  const today = now.toISOString().slice(0, 10);
  const ahead = doneOn > new Date(now.getTime() + FARTHEST_AHEAD_MS).toISOString().slice(0, 10);
  if (!ahead && dueOn >= today) return;
  const message = ahead
    ? 'That day is still to come. Attest what was done'
    : `That is too long ago: it was due again on ${dueOn}`;
  throw new Refusal('invalid', 'done-on', message, { fields: [{ path: 'doneOn', message }] });
}
