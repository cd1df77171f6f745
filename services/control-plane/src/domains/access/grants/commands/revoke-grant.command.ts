// Ends a grant before its time.
import { RevokeGrant } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../../platform/cqrs/messages.ts';
import { GrantEnds } from '../grant-ends.ts';

const RevokeGrantCommand = commandOf(RevokeGrant);

@CommandHandler(RevokeGrantCommand)
export class RevokeGrantHandler implements ICommandHandler<MessageOf<typeof RevokeGrantCommand>> {
  constructor(@Inject(GrantEnds) private readonly ends: GrantEnds) {}

  async execute({
    input: { grantId, reason },
    context,
  }: MessageOf<typeof RevokeGrantCommand>): Promise<OutcomeOf<typeof RevokeGrantCommand>> {
    const { eventIds, replayed } = await this.ends.end(grantId, 'revoked', reason, context);
    return { eventIds, replayed, answer: {} };
  }
}
