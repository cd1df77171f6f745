// A group has a unique name and starts with the servers it is given.
import { CreateGroup } from '@muster/contracts/servers';
import { derivedId } from '@muster/kernel/ids';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { createGroup } from '../group.aggregate.ts';
import { GROUP_NAME } from '../reservations.ts';
import { groupStream } from '../server-events.ts';

const CreateGroupCommand = commandOf(CreateGroup);

@CommandHandler(CreateGroupCommand)
export class CreateGroupHandler implements ICommandHandler<MessageOf<typeof CreateGroupCommand>> {
  constructor(@Inject(Recorder) private readonly recorder: Recorder) {}

  async execute({
    input,
    context,
  }: MessageOf<typeof CreateGroupCommand>): Promise<OutcomeOf<typeof CreateGroupCommand>> {
    const groupId = derivedId('group', context.principal.actor, context.commandId);
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: groupStream(groupId),
      streamType: 'group',
      expectedVersion: 'new',
      events: createGroup(groupId, input.name, input.serverIds),
      reserve: [{ namespace: GROUP_NAME, key: input.name.toLowerCase() }],
    });
    return { eventIds, replayed, answer: { groupId } };
  }
}
