// Makes a token in one's own name.
import { MakeToken } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../../platform/cqrs/messages.ts';
import { asPerson } from '../../person-stream.ts';
import { IssueToken } from '../issue-token.ts';

const MakeTokenCommand = commandOf(MakeToken);

@CommandHandler(MakeTokenCommand)
export class MakeTokenHandler implements ICommandHandler<MessageOf<typeof MakeTokenCommand>> {
  constructor(@Inject(IssueToken) private readonly issue: IssueToken) {}

  execute({ input, context }: MessageOf<typeof MakeTokenCommand>): Promise<OutcomeOf<typeof MakeTokenCommand>> {
    const { personId } = asPerson(context);
    const wish = { ...input, holderId: personId, holderKind: 'person' as const };
    return this.issue.make(wish, [context.principal.grants ?? []], context);
  }
}
