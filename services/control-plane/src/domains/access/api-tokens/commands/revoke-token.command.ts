// Ends one of one's own tokens.
import { RevokeToken } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../../platform/cqrs/messages.ts';
import { notFound } from '../../../../platform/errors/refusal.ts';
import { asPerson } from '../../person-stream.ts';
import { EndTokens } from '../end-tokens.ts';

const RevokeTokenCommand = commandOf(RevokeToken);

@CommandHandler(RevokeTokenCommand)
export class RevokeTokenHandler implements ICommandHandler<MessageOf<typeof RevokeTokenCommand>> {
  constructor(@Inject(EndTokens) private readonly tokens: EndTokens) {}

  async execute({
    input: { tokenId },
    context,
  }: MessageOf<typeof RevokeTokenCommand>): Promise<OutcomeOf<typeof RevokeTokenCommand>> {
    const { personId } = asPerson(context);
    if ((await this.tokens.holderOf(tokenId, context.principal.tenantId)) !== personId) throw notFound('token');
    const { eventIds, replayed } = await this.tokens.one(tokenId, 'revoked', 'By its holder', context);
    return { eventIds, replayed, answer: {} };
  }
}
