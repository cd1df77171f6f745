// Ends a grant before its time. The last owner stays: without one, nobody could give the next grant.
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { RequestContext } from '../../../platform/cqrs/principal.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { SYSTEM_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import { EventStore, type Appended } from '../../../platform/event-store/index.ts';
import { end, grantsFrom, grantsStream, type Why } from './grant.aggregate.ts';
import { Owners } from './owners.ts';

@Injectable()
export class GrantEnds {
  constructor(
    @Inject(SYSTEM_DATABASE) private readonly database: Connection,
    @Inject(Owners) private readonly owners: Owners,
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  /** Throws Refusal when there is none that is open. */
  async end(grantId: string, why: Why, reason: string, context: RequestContext): Promise<Appended> {
    const { rows } = await sql<{ holder_id: string; role: string }>`
      select holder_id, role from muster.access_grants
      where grant_id = ${grantId} and tenant_id = ${context.principal.tenantId}`.execute(this.database.db);
    const [row] = rows;
    if (!row) throw notFound('grant');
    if (row.role === 'owner' && !(await this.owners.remainWithout({ grantId }))) throw this.owners.refusal();
    const streamId = grantsStream(row.holder_id);
    const state = grantsFrom(await this.store.readStream(streamId));
    return this.recorder.record(
      context,
      {
        streamId,
        streamType: 'grants',
        expectedVersion: state.version,
        events: end(state, grantId, why, reason),
        internalReason: reason,
      },
      `ended ${grantId}`,
    );
  }
}
