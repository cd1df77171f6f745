// Ends a token of anybody, or of a service account.
import { RevokeAnyToken } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../../platform/cqrs/messages.ts';
import { notFound } from '../../../../platform/errors/refusal.ts';
import { EndTokens } from '../end-tokens.ts';

const RevokeAnyTokenCommand = commandOf(RevokeAnyToken);

@CommandHandler(RevokeAnyTokenCommand)
export class RevokeAnyTokenHandler implements ICommandHandler<MessageOf<typeof RevokeAnyTokenCommand>> {
  constructor(@Inject(EndTokens) private readonly tokens: EndTokens) {}

  async execute({
    input: { tokenId, reason },
    context,
  }: MessageOf<typeof RevokeAnyTokenCommand>): Promise<OutcomeOf<typeof RevokeAnyTokenCommand>> {
    if ((await this.tokens.holderOf(tokenId, context.principal.tenantId)) === null) throw notFound('token');
    const { eventIds, replayed } = await this.tokens.one(tokenId, 'revoked', reason, context);
    return { eventIds, replayed, answer: {} };
  }
}
