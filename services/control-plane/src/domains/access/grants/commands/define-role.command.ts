// Defines a role of the team's own.
import { DefineRole } from '@muster/contracts/access';
import { derivedId } from '@muster/kernel/ids';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../../platform/cqrs/recorder.ts';
import { define, roleStream } from '../role.aggregate.ts';
import { ROLE_NAME } from '../reservations.ts';

const DefineRoleCommand = commandOf(DefineRole);

@CommandHandler(DefineRoleCommand)
export class DefineRoleHandler implements ICommandHandler<MessageOf<typeof DefineRoleCommand>> {
  constructor(@Inject(Recorder) private readonly recorder: Recorder) {}

  async execute({ input, context }: MessageOf<typeof DefineRoleCommand>): Promise<OutcomeOf<typeof DefineRoleCommand>> {
    const roleId = derivedId('access.role', context.principal.actor, context.commandId);
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: roleStream(roleId),
      streamType: 'role',
      expectedVersion: 'new',
      events: define(roleId, input),
      reserve: [{ namespace: ROLE_NAME, key: input.name.toLowerCase() }],
    });
    return { eventIds, replayed, answer: { roleId } };
  }
}
