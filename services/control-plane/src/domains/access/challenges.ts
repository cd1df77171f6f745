// What stands open between two steps: after the password and before the code, between the options of a passkey and its
// answer, between a new secret and its first code. Short-lived, counted, and gone once it was used.
import { newId } from '@muster/kernel/ids';
import { Inject, Injectable } from '@nestjs/common';
import { APP_DATABASE, type Connection } from '../../platform/database/database.ts';
import { People } from './people.ts';
import type { AccessTables } from './tables.ts';

export type ChallengeKind = AccessTables['muster.access_challenges']['kind'];

const ATTEMPTS = 5;

export interface Challenge {
  readonly challengeId: string;
  readonly personId: string | null;
  readonly sessionId: string | null;
  /** What was kept for the next step, as JSON; sealed in the database. */
  readonly payload: unknown;
}

@Injectable()
export class Challenges {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(People) private readonly people: People,
  ) {}

  async open(
    kind: ChallengeKind,
    given: { personId?: string; sessionId?: string; payload?: object; minutes: number; challengeId?: string },
  ): Promise<{ challengeId: string; expiresAt: Date }> {
    const challengeId = given.challengeId ?? newId();
    const expiresAt = new Date(Date.now() + given.minutes * 60_000);
    await this.database.db
      .withTables<AccessTables>()
      .insertInto('muster.access_challenges')
      .values({
        challenge_id: challengeId,
        kind,
        person_id: given.personId ?? null,
        session_id: given.sessionId ?? null,
        payload: given.payload === undefined ? null : this.people.box.seal(JSON.stringify(given.payload), challengeId),
        expires_at: expiresAt,
      })
      .execute();
    return { challengeId, expiresAt };
  }

  /** Counts an attempt. null: there is none of that kind, it is too old, or it was tried too often. */
  async attempt(kind: ChallengeKind, challengeId: string, attempts = ATTEMPTS): Promise<Challenge | null> {
    const row = await this.database.db
      .withTables<AccessTables>()
      .updateTable('muster.access_challenges')
      .set((eb) => ({ attempts: eb('attempts', '+', 1) }))
      .where('challenge_id', '=', challengeId)
      .where('kind', '=', kind)
      .where('expires_at', '>', new Date())
      .returning(['person_id', 'session_id', 'payload', 'attempts'])
      .executeTakeFirst();
    if (!row || row.attempts > attempts) return null;
    const payload: unknown = row.payload ? JSON.parse(this.people.box.open(row.payload, challengeId)) : null;
    return { challengeId, personId: row.person_id, sessionId: row.session_id, payload };
  }

  /** True for whoever was first: a challenge is good for one entry. */
  async close(challengeId: string): Promise<boolean> {
    const { numDeletedRows } = await this.database.db
      .withTables<AccessTables>()
      .deleteFrom('muster.access_challenges')
      .where('challenge_id', '=', challengeId)
      .executeTakeFirstOrThrow();
    return numDeletedRows === 1n;
  }
}
