import { RenameGroup } from '@muster/contracts/servers';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { renameGroup } from '../group.aggregate.ts';
import { GROUP_NAME } from '../reservations.ts';
import { groupStream } from '../server-events.ts';
import { ServerRepository } from '../server-repository.ts';

const RenameGroupCommand = commandOf(RenameGroup);

@CommandHandler(RenameGroupCommand)
export class RenameGroupHandler implements ICommandHandler<MessageOf<typeof RenameGroupCommand>> {
  constructor(
    @Inject(ServerRepository) private readonly servers: ServerRepository,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input,
    context,
  }: MessageOf<typeof RenameGroupCommand>): Promise<OutcomeOf<typeof RenameGroupCommand>> {
    const { state, version } = await this.servers.group(input.groupId);
    const events = renameGroup(state, input.name);
    const [from, to] = [state?.name.toLowerCase() ?? '', input.name.toLowerCase()];
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: groupStream(input.groupId),
      streamType: 'group',
      expectedVersion: version,
      events,
      ...(from === to
        ? {}
        : { reserve: [{ namespace: GROUP_NAME, key: to }], release: [{ namespace: GROUP_NAME, key: from }] }),
    });
    return { eventIds, replayed, answer: {} };
  }
}
