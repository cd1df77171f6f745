// Ten fresh codes, shown once; whatever was printed before opens nothing any more.
import { IssueRecoveryCodes, RecoveryCodesIssued } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { eventOf, Recorder } from '../../../platform/cqrs/recorder.ts';
import { Credentials } from '../credentials.ts';
import { asPerson, onPerson } from '../person-stream.ts';
import { RECOVERY_CODES } from '../second-factor.ts';

const IssueRecoveryCodesCommand = commandOf(IssueRecoveryCodes);

@CommandHandler(IssueRecoveryCodesCommand)
export class IssueRecoveryCodesHandler implements ICommandHandler<MessageOf<typeof IssueRecoveryCodesCommand>> {
  constructor(
    @Inject(Credentials) private readonly credentials: Credentials,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    context,
  }: MessageOf<typeof IssueRecoveryCodesCommand>): Promise<OutcomeOf<typeof IssueRecoveryCodesCommand>> {
    const { personId } = asPerson(context);
    const { eventIds, replayed } = await this.recorder.record(
      context,
      onPerson(personId, eventOf(RecoveryCodesIssued, { personId, count: RECOVERY_CODES })),
    );
    return { eventIds, replayed, answer: { codes: await this.credentials.issueRecoveryCodes(personId) } };
  }
}
