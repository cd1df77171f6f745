// A person leaves: one action ends every grant, token, session, passkey, password and open link, and flags the service
// accounts that he answered for. The events come first; should the process die in between, the same command again ends
// what is left.
import { PersonOffboarded } from '@muster/contracts/access';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { eventOf, Recorder } from '../../../platform/cqrs/recorder.ts';
import type { RequestContext } from '../../../platform/cqrs/principal.ts';
import { SYSTEM_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { notFound, Refusal } from '../../../platform/errors/refusal.ts';
import { EndTokens } from '../api-tokens/end-tokens.ts';
import { People } from '../people.ts';
import { Sessions } from '../sessions.ts';
import { ServiceAccounts } from '../service-accounts/service-accounts.ts';
import { EndGrantsOf } from './end-grants-of.ts';
import { Owners } from './owners.ts';

export interface Departed {
  readonly eventIds: readonly string[];
  readonly replayed: boolean;
  readonly grants: number;
  readonly sessions: number;
  readonly tokens: number;
  /** Service accounts that need another owner, or new tokens. */
  readonly serviceAccounts: number;
}

@Injectable()
export class Departures {
  constructor(
    @Inject(People) private readonly people: People,
    @Inject(Owners) private readonly owners: Owners,
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(SYSTEM_DATABASE) private readonly database: Connection,
    @Inject(EndGrantsOf) private readonly ends: EndGrantsOf,
    @Inject(EndTokens) private readonly tokens: EndTokens,
    @Inject(ServiceAccounts) private readonly accounts: ServiceAccounts,
    @Inject(Recorder) private readonly recorder: Recorder,
  ) {}

  /** Throws Refusal: nobody lets themselves go, and the last owner stays. */
  async letGo(personId: string, reason: string, context: RequestContext): Promise<Departed> {
    const { principal } = context;
    const person = await this.people.byId(personId);
    if (person?.tenantId !== principal.tenantId) throw notFound('person');
    if (personId === principal.actor) {
      throw new Refusal('forbidden', 'own-grant', 'Nobody lets themselves go. Ask another owner');
    }
    if (!(await this.owners.remainWithout({ holderId: personId }))) throw this.owners.refusal();
    const grants = await this.ends.end(personId, reason, context);
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
    const tokens = await this.tokens.allOf(personId, 'offboarded', reason, context);
    const sessions = await this.sessions.endAll(personId, 'revoked', context);
    const flagged = await this.accounts.flagAfter(personId, context);
    await this.forgetSecrets(personId);
    return {
      eventIds: [...tokens, ...sessions, ...flagged, ...eventIds],
      replayed,
      grants,
      sessions: sessions.length,
      tokens: tokens.length,
      serviceAccounts: flagged.length,
    };
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
