// Changes what an own role may do; whoever holds it may do that from now on.
import { ChangeRole } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../../platform/cqrs/recorder.ts';
import { Refusal } from '../../../../platform/errors/refusal.ts';
import { EventStore } from '../../../../platform/event-store/index.ts';
import { ROLE_NAME } from '../reservations.ts';
import { change, roleFrom, roleStream } from '../role.aggregate.ts';

const ChangeRoleCommand = commandOf(ChangeRole);

@CommandHandler(ChangeRoleCommand)
export class ChangeRoleHandler implements ICommandHandler<MessageOf<typeof ChangeRoleCommand>> {
  constructor(
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input: { roleId, ...content },
    context,
  }: MessageOf<typeof ChangeRoleCommand>): Promise<OutcomeOf<typeof ChangeRoleCommand>> {
    if (context.principal.grants?.some(({ role }) => role === roleId)) {
      throw new Refusal('forbidden', 'own-grant', 'You hold this role. Nobody changes their own rights');
    }
    const history = await this.store.readStream(roleStream(roleId));
    const state = roleFrom(history);
    const [from, to] = [state?.name.toLowerCase() ?? '', content.name.toLowerCase()];
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId: roleStream(roleId),
      streamType: 'role',
      expectedVersion: history.length,
      events: change(state, content),
      ...(from === to
        ? {}
        : { reserve: [{ namespace: ROLE_NAME, key: to }], release: [{ namespace: ROLE_NAME, key: from }] }),
    });
    return { eventIds, replayed, answer: {} };
  }
}
