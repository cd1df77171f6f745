// From where people and programs may come. Tried on whoever sets it first: nobody locks himself out.
import { NetworkRulesSet, SetNetworkRules, type NetworkRule } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { eventOf } from '../../../../platform/cqrs/event-of.ts';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../../platform/cqrs/messages.ts';
import type { Principal } from '../../../../platform/cqrs/principal.ts';
import { Refusal } from '../../../../platform/errors/refusal.ts';
import { asPerson } from '../../person-stream.ts';
import { refusing } from '../network-rules.ts';
import { RecordNetworks } from '../record-networks.ts';

const SetNetworkRulesCommand = commandOf(SetNetworkRules);

@CommandHandler(SetNetworkRulesCommand)
export class SetNetworkRulesHandler implements ICommandHandler<MessageOf<typeof SetNetworkRulesCommand>> {
  constructor(@Inject(RecordNetworks) private readonly networks: RecordNetworks) {}

  async execute({
    input: { rules },
    context,
  }: MessageOf<typeof SetNetworkRulesCommand>): Promise<OutcomeOf<typeof SetNetworkRulesCommand>> {
    asPerson(context);
    const keys = rules.map((rule) => `${rule.for} ${rule.role ?? ''}`);
    if (new Set(keys).size < keys.length) {
      const message = 'There are two rules for the same people or programs. Make one of them';
      throw new Refusal('invalid', 'invalid', message, { fields: [{ path: 'rules', message }] });
    }
    requireWayBack(rules, context.principal);
    const { eventIds, replayed } = await this.networks.record(context, eventOf(NetworkRulesSet, { rules }));
    return { eventIds, replayed, answer: {} };
  }
}

function requireWayBack(rules: readonly NetworkRule[], { source = '', grants = [] }: Principal): void {
  const rule = refusing(rules, { side: 'people', source, roles: grants.map(({ role }) => role) });
  if (!rule) return;
  const whose = rule.role === null ? 'for everybody' : `for the role ${rule.role}`;
  const mend = rule.mode === 'allow' ? `Add ${source} to it first` : `Take ${source} off it first`;
  throw new Refusal(
    'conflict',
    'would-lock-out',
    `You come from ${source}, and the rule ${whose} would lock you out. ${mend}`,
  );
}
