// Service accounts by id, and what the end of a person means for those that depend on him.
import { ServiceAccountCreated } from '@muster/contracts/access';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { RequestContext } from '../../../platform/cqrs/principal.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import { SYSTEM_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { notFound } from '../../../platform/errors/refusal.ts';
import { EventStore } from '../../../platform/event-store/index.ts';
import { People } from '../people.ts';
import {
  flag,
  serviceAccountFrom,
  serviceAccountStream,
  type ServiceAccountState,
} from './service-account.aggregate.ts';

export const SERVICE_ACCOUNT_STREAM = 'service-account';

@Injectable()
export class ServiceAccounts {
  constructor(
    @Inject(SYSTEM_DATABASE) private readonly database: Connection,
    @Inject(People) private readonly people: People,
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  async state(accountId: string): Promise<ServiceAccountState> {
    return serviceAccountFrom(await this.store.readStream(serviceAccountStream(accountId)));
  }

  /** Throws Refusal unless it is there and somebody may act as it. */
  async requireActive(accountId: string, tenantId: string): Promise<void> {
    const { rows } = await sql`
      select 1 from muster.access_service_accounts
      where account_id = ${accountId} and tenant_id = ${tenantId} and retired_at is null`.execute(this.database.db);
    if (rows.length === 0) throw notFound('service account');
  }

  /** Throws Refusal for a person who could not answer for anything. */
  async requireOwner(ownerId: string, tenantId: string): Promise<void> {
    const owner = await this.people.byId(ownerId);
    if (owner?.tenantId !== tenantId || owner.state !== 'active') throw notFound('person');
  }

  /** Somebody leaves: what he answered for needs another owner, and tokens he has seen need to be replaced. */
  async flagAfter(personId: string, context: RequestContext): Promise<string[]> {
    const { rows } = await sql<{ account_id: string; owned: boolean }>`
      select a.account_id, a.owner_id = ${personId}::uuid as owned from muster.access_service_accounts a
      where a.retired_at is null and (a.owner_id = ${personId}::uuid or exists (
        select 1 from muster.access_tokens t
        where t.holder_id = a.account_id and t.made_by = ${personId} and t.ended_at is null))`.execute(
      this.database.db,
    );
    const eventIds: string[] = [];
    for (const { account_id: accountId, owned } of rows) {
      const state = await this.state(accountId);
      const events = flag(state, owned ? 'owner-left' : 'token-maker-left');
      if (events.length === 0) continue;
      const appended = await this.recorder.record(
        context,
        {
          streamId: serviceAccountStream(accountId),
          streamType: SERVICE_ACCOUNT_STREAM,
          expectedVersion: state.version,
          events,
        },
        `flag ${accountId}`,
      );
      eventIds.push(...appended.eventIds);
    }
    return eventIds;
  }

  /** When the command was accepted before: its event. */
  async creationOf(accountId: string): Promise<string | null> {
    const [first] = await this.store.readStream(serviceAccountStream(accountId));
    return first?.type === ServiceAccountCreated.type ? first.eventId : null;
  }
}
