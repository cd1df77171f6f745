// Ends a grant before its time. The last owner stays: without one, nobody could give the next grant.
import { RevokeGrant } from '@muster/contracts/access';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { sql } from 'kysely';
import { commandOf, type MessageOf, type OutcomeOf } from '../../../../platform/cqrs/messages.ts';
import { Recorder } from '../../../../platform/cqrs/recorder.ts';
import { SYSTEM_DATABASE, type Connection } from '../../../../platform/database/database.ts';
import { notFound } from '../../../../platform/errors/refusal.ts';
import { EventStore } from '../../../../platform/event-store/index.ts';
import { end, grantsFrom, grantsStream } from '../grant.aggregate.ts';
import { Owners } from '../owners.ts';

const RevokeGrantCommand = commandOf(RevokeGrant);

@CommandHandler(RevokeGrantCommand)
export class RevokeGrantHandler implements ICommandHandler<MessageOf<typeof RevokeGrantCommand>> {
  constructor(
    @Inject(SYSTEM_DATABASE) private readonly database: Connection,
    @Inject(Owners) private readonly owners: Owners,
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async execute({
    input: { grantId, reason },
    context,
  }: MessageOf<typeof RevokeGrantCommand>): Promise<OutcomeOf<typeof RevokeGrantCommand>> {
    const { rows } = await sql<{ holder_id: string; role: string }>`
      select holder_id, role from muster.access_grants
      where grant_id = ${grantId} and tenant_id = ${context.principal.tenantId}`.execute(this.database.db);
    const [row] = rows;
    if (!row) throw notFound('grant');
    if (row.role === 'owner' && !(await this.owners.remainWithout({ grantId }))) throw this.owners.refusal();
    const streamId = grantsStream(row.holder_id);
    const state = grantsFrom(await this.store.readStream(streamId));
    const { eventIds, replayed } = await this.recorder.record(context, {
      streamId,
      streamType: 'grants',
      expectedVersion: state.version,
      events: end(state, grantId, 'revoked', reason),
      internalReason: reason,
    });
    return { eventIds, replayed, answer: {} };
  }
}
