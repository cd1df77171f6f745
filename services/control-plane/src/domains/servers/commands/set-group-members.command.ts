// Sets which servers belong to a group; only the difference is recorded.
import { SetGroupMembers } from '@muster/contracts/servers';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import { setMembers } from '../group.aggregate.ts';
import type { ServerDirectory } from '../server-directory.ts';
import { groupStream } from '../server-events.ts';
import { ServerRepository } from '../server-repository.ts';
import { APP_DIRECTORY } from '../tokens.ts';

const SetGroupMembersCommand = commandOf(SetGroupMembers);

@CommandHandler(SetGroupMembersCommand)
export class SetGroupMembersHandler implements ICommandHandler<MessageOf<typeof SetGroupMembersCommand>> {
  constructor(
    @Inject(ServerRepository) private readonly servers: ServerRepository,
    @Inject(Recorder) private readonly recorder: Recorder,
    @Inject(APP_DIRECTORY) private readonly directory: ServerDirectory,
  ) {}

  async execute({
    input,
    context,
  }: MessageOf<typeof SetGroupMembersCommand>): Promise<OutcomeOf<typeof SetGroupMembersCommand>> {
    const known = await this.directory.names(input.serverIds);
    if (input.serverIds.some((serverId) => !known.has(serverId))) throw notFound('server');
    const { state, version } = await this.servers.group(input.groupId);
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: groupStream(input.groupId),
      streamType: 'group',
      expectedVersion: version,
      events: setMembers(state, input.serverIds),
    });
    return { eventIds, replayed, answer: {} };
  }
}
