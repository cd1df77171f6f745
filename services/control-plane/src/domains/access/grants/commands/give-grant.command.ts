// Gives somebody a role on a scope, until a time.
import { scopeKey, GiveGrant } from '@muster/contracts/access';
import { derivedId } from '@muster/kernel/ids';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../../platform/cqrs/messages.ts';
import type { Principal } from '../../../../platform/cqrs/principal.ts';
import { Recorder } from '../../../../platform/cqrs/recorder.ts';
import { notFound } from '../../../../platform/errors/refusal.ts';
import { EventStore } from '../../../../platform/event-store/index.ts';
import { give, grantsFrom, grantsStream } from '../grant.aggregate.ts';
import { Holders } from '../holders.ts';
import { Roles } from '../roles.ts';

const GiveGrantCommand = commandOf(GiveGrant);

@CommandHandler(GiveGrantCommand)
export class GiveGrantHandler implements ICommandHandler<MessageOf<typeof GiveGrantCommand>> {
  constructor(
    @Inject(Roles) private readonly roles: Roles,
    @Inject(Holders) private readonly holders: Holders,
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({ input, context }: MessageOf<typeof GiveGrantCommand>): Promise<OutcomeOf<typeof GiveGrantCommand>> {
    const { principal } = context;
    const role = await this.roles.find(principal.tenantId, input.role);
    if (!role) throw notFound('role');
    if (!(await this.holders.exists(input.holderId))) throw notFound('person');
    const grantId = derivedId('access.grant', principal.actor, context.commandId);
    const now = new Date();
    const streamId = grantsStream(input.holderId);
    const history = await this.store.readStream(streamId);
    const state = grantsFrom(history);
    const before = history.find((event) => event.data['grantId'] === grantId);
    if (before) return { eventIds: [before.eventId], replayed: true, answer: { grantId } };
    const wish = {
      grantId,
      holderId: input.holderId,
      role: input.role,
      scope: input.scope,
      from: input.from ? new Date(input.from) : now,
      until: input.until === null ? null : new Date(input.until),
      reason: input.reason,
    };
    const giver = { actor: principal.actor, holds: heldOn(principal, scopeKey(input.scope)) };
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId,
      streamType: 'grants',
      expectedVersion: state.version === 0 ? 'new' : state.version,
      events: give(state, wish, role.permissions, giver, now),
      internalReason: input.reason,
    });
    return { eventIds, replayed, answer: { grantId } };
  }
}

/** What somebody holds exactly there, or on everything. */
function heldOn({ grants = [] }: Principal, scope: string): ReadonlySet<string> {
  const covering = grants.filter((grant) => grant.scope === 'fleet' || grant.scope === scope);
  return new Set(covering.flatMap(({ permissions }) => [...permissions]));
}
