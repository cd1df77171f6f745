// Removes an own role that nobody holds.
import { RemoveRole } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../../platform/cqrs/recorder.ts';
import { EventStore } from '../../../../platform/event-store/index.ts';
import { ROLE_NAME } from '../reservations.ts';
import { remove, roleFrom, roleStream } from '../role.aggregate.ts';
import { Roles } from '../roles.ts';

const RemoveRoleCommand = commandOf(RemoveRole);

@CommandHandler(RemoveRoleCommand)
export class RemoveRoleHandler implements ICommandHandler<MessageOf<typeof RemoveRoleCommand>> {
  constructor(
    @Inject(Roles) private readonly roles: Roles,
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input: { roleId },
    context,
  }: MessageOf<typeof RemoveRoleCommand>): Promise<OutcomeOf<typeof RemoveRoleCommand>> {
    const history = await this.store.readStream(roleStream(roleId));
    const state = roleFrom(history);
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: roleStream(roleId),
      streamType: 'role',
      expectedVersion: history.length,
      events: remove(state, await this.roles.holders(roleId)),
      release: [{ namespace: ROLE_NAME, key: state?.name.toLowerCase() ?? '' }],
    });
    return { eventIds, replayed, answer: {} };
  }
}
