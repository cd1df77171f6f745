// A person leaves: one action ends every grant, session, passkey, password and open link. The events come first; should
// the process die in between, the same command again ends what is left.
import { PersonOffboarded } from '@muster/contracts/access';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { eventOf, Recorder } from '../../../platform/cqrs/recorder.ts';
import type { RequestContext } from '../../../platform/cqrs/principal.ts';
import { SYSTEM_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { notFound, Refusal } from '../../../platform/errors/refusal.ts';
import { EventStore } from '../../../platform/event-store/index.ts';
import { People } from '../people.ts';
import { Sessions } from '../sessions.ts';
import { end, grantsFrom, grantsStream } from './grant.aggregate.ts';
import { Owners } from './owners.ts';

export interface Departed {
  readonly eventIds: readonly string[];
  readonly replayed: boolean;
  readonly grants: number;
  readonly sessions: number;
}

@Injectable()
export class Departures {
  constructor(
    @Inject(People) private readonly people: People,
    @Inject(Owners) private readonly owners: Owners,
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(SYSTEM_DATABASE) private readonly database: Connection,
    @Inject(EventStore) private readonly store: EventStore,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  /** Throws Refusal: nobody lets himself go, and the last owner stays. */
  async letGo(personId: string, reason: string, context: RequestContext): Promise<Departed> {
    const { principal } = context;
    const person = await this.people.byId(personId);
    if (person?.tenantId !== principal.tenantId) throw notFound('person');
    if (personId === principal.actor) {
      throw new Refusal('forbidden', 'own-grant', 'Nobody lets himself go. Ask another owner');
    }
    if (!(await this.owners.remainWithout({ holderId: personId }))) throw this.owners.refusal();
    const grants = await this.#endGrants(personId, reason, context);
    const { eventIds, replayed } = await this.recorder.record(
      context,
      {
        streamId: `person-${personId}`,
        streamType: 'person',
        expectedVersion: 'any',
        events: [eventOf(PersonOffboarded, { personId, grants, reason })],
        internalReason: reason,
      },
      `left ${personId}`,
    );
    const sessions = await this.sessions.endAll(personId, 'revoked', context);
    await this.forgetSecrets(personId);
    return { eventIds: [...sessions, ...eventIds], replayed, grants, sessions: sessions.length };
  }

  /** How many ended. */
  async #endGrants(personId: string, reason: string, context: RequestContext): Promise<number> {
    const streamId = grantsStream(personId);
    const state = grantsFrom(await this.store.readStream(streamId));
    const ids = [...state.open.keys()];
    if (ids.length === 0) return 0;
    await this.recorder.record(
      context,
      {
        streamId,
        streamType: 'grants',
        expectedVersion: state.version,
        events: ids.flatMap((grantId) => end(state, grantId, 'offboarded', reason)),
        internalReason: reason,
      },
      'grants',
    );
    return ids.length;
  }

  /** Whatever opened the account opens nothing any more. */
  async forgetSecrets(personId: string): Promise<void> {
    const { db } = this.database;
    await db.transaction().execute(async (trx) => {
      await sql`delete from muster.access_passkeys where person_id = ${personId}`.execute(trx);
      await sql`delete from muster.access_recovery_codes where person_id = ${personId}`.execute(trx);
      await sql`
        update muster.access_credentials set password_hash = null, totp_secret = null, updated_at = now()
        where person_id = ${personId}`.execute(trx);
      await sql`
        update muster.access_links set ended_at = now() where person_id = ${personId} and ended_at is null`.execute(
        trx,
      );
    });
  }
}
