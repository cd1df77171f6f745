// The group goes, its servers stay. Blocks on the group end with it: they concern no server any more.
import { DeleteGroup } from '@muster/contracts/servers';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { deleteGroup } from '../group.aggregate.ts';
import { GROUP_NAME } from '../reservations.ts';
import { groupStream } from '../server-events.ts';
import { ServerRepository } from '../server-repository.ts';

const DeleteGroupCommand = commandOf(DeleteGroup);

@CommandHandler(DeleteGroupCommand)
export class DeleteGroupHandler implements ICommandHandler<MessageOf<typeof DeleteGroupCommand>> {
  constructor(
    @Inject(ServerRepository) private readonly servers: ServerRepository,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input,
    context,
  }: MessageOf<typeof DeleteGroupCommand>): Promise<OutcomeOf<typeof DeleteGroupCommand>> {
    const { state, version } = await this.servers.group(input.groupId);
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: groupStream(input.groupId),
      streamType: 'group',
      expectedVersion: version,
      events: deleteGroup(state),
      release: [{ namespace: GROUP_NAME, key: state?.name.toLowerCase() ?? '' }],
    });
    return { eventIds, replayed, answer: {} };
  }
}
