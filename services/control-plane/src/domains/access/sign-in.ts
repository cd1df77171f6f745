// Signing in: the password first, then a code. Nothing in answer, status or time says whether an account exists.
import type { secondFactor, signIn, signInAnswer } from '@muster/contracts/access';
import { RecoveryCodeUsed, SignedIn, SignedOut } from '@muster/contracts/access';
import { newId } from '@muster/kernel/ids';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { z } from 'zod';
import { newContext, type Principal } from '../../platform/cqrs/principal.ts';
import { eventOf, Recorder } from '../../platform/cqrs/recorder.ts';
import { APP_DATABASE, type Connection } from '../../platform/database/database.ts';
import { SETTINGS, type Settings } from '../../platform/config/settings.ts';
import { Shares } from '../../platform/http/shares.ts';
import { Refusal } from '../../platform/errors/refusal.ts';
import { PersonalData } from '../../platform/personal-data/personal-data.ts';
import { passwordMatches } from './passwords.ts';
import { emailTag, People, type Person } from './people.ts';
import { acceptedStep, plainRecoveryCode } from './second-factor.ts';
import { Sessions } from './sessions.ts';
import type { AccessTables } from './tables.ts';
import { SignInThrottle } from './throttle.ts';

const CHALLENGE_MINUTES = 5;
const CODE_ATTEMPTS = 5;

export interface Visitor {
  readonly source: string;
  /** User-Agent, bounded. */
  readonly device: string;
  readonly correlationId: string;
}

@Injectable()
export class SignIn {
  readonly #throttle: SignInThrottle;
  readonly #checks: Shares;

  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(People) private readonly people: People,
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(PersonalData) private readonly personal: PersonalData,
    @Inject(Recorder) private readonly recorder: Recorder,
    @Inject(SETTINGS) settings: Settings,
  ) {
    this.#throttle = new SignInThrottle(database);
    this.#checks = new Shares(settings.MUSTER_LIMIT_PASSWORD_CHECKS, 'Many people sign in at this moment. Try again');
  }

  async password(input: z.output<typeof signIn>, visitor: Visitor): Promise<z.output<typeof signInAnswer>> {
    const subjects = this.#subjects(input.email, visitor.source);
    await this.#throttle.requireTurn(subjects);
    const personId = await this.people.idByEmail(input.email);
    const stored = personId ? await this.#passwordHash(personId) : null;
    // A check costs memory and time on purpose; strangers must not have them without end.
    const matches = await this.#checks.run('', () => passwordMatches(stored, input.password));
    if (!matches || !personId) {
      await this.#failed(subjects, emailTag(this.people.box, input.email), visitor);
      throw new Refusal('unauthenticated', 'sign-in', 'Address and password do not belong together');
    }
    const challengeId = newId();
    await this.database.db
      .withTables<AccessTables>()
      .insertInto('muster.access_challenges')
      .values({
        challenge_id: challengeId,
        kind: 'sign-in',
        person_id: personId,
        payload: null,
        expires_at: new Date(Date.now() + CHALLENGE_MINUTES * 60_000),
      })
      .execute();
    return { challengeId, factors: ['totp', 'recovery-code'] };
  }

  async factor(input: z.output<typeof secondFactor>, visitor: Visitor) {
    const row = await this.database.db
      .withTables<AccessTables>()
      .updateTable('muster.access_challenges')
      .set((eb) => ({ attempts: eb('attempts', '+', 1) }))
      .where('challenge_id', '=', input.challengeId)
      .where('kind', '=', 'sign-in')
      .where('expires_at', '>', new Date())
      .returning(['person_id', 'attempts'])
      .executeTakeFirst();
    const person = row?.person_id ? await this.people.byId(row.person_id) : null;
    if (!row || !person || row.attempts > CODE_ATTEMPTS) {
      throw new Refusal('unauthenticated', 'ended', 'This sign-in has ended. Begin again with your password');
    }
    const subjects = this.#subjects(person.email, visitor.source);
    await this.#throttle.requireTurn(subjects);
    const left =
      input.factor === 'totp' ? await this.#totp(person, input.code) : await this.#recovery(person, input.code);
    if (left === null) {
      await this.#failed(subjects, emailTag(this.people.box, person.email), visitor);
      throw wrongCode(input.factor);
    }
    await this.database.db
      .withTables<AccessTables>()
      .deleteFrom('muster.access_challenges')
      .where('challenge_id', '=', input.challengeId)
      .execute();
    await this.#throttle.succeeded(subjects);
    return this.enter(person, input.factor, visitor, input.factor === 'recovery-code' ? left : undefined);
  }

  /** Opens a session and writes it down. */
  async enter(person: Person, factor: 'totp' | 'recovery-code', visitor: Visitor, codesLeft?: number) {
    const opened = await this.sessions.open(person, factor, visitor.source);
    const { sessionId, expiresAt } = opened.session;
    const principal: Principal = {
      kind: 'person',
      actor: person.personId,
      tenantId: person.tenantId,
      permissions: new Set(),
      role: person.role,
      sessionId,
      factor,
      factorAt: new Date().toISOString(),
      source: visitor.source,
    };
    await this.recorder.record(newContext(principal, { correlationId: visitor.correlationId }), {
      streamId: `person-${person.personId}`,
      streamType: 'person',
      expectedVersion: 'any',
      events: [
        eventOf(SignedIn, {
          personId: person.personId,
          sessionId,
          factor,
          device: await this.personal.seal(person.personId, visitor.device),
          expiresAt: expiresAt.toISOString(),
        }),
        ...(codesLeft === undefined ? [] : [eventOf(RecoveryCodeUsed, { personId: person.personId, left: codesLeft })]),
      ],
    });
    return opened;
  }

  async leave(principal: Principal, correlationId: string): Promise<string> {
    const sessionId = principal.sessionId ?? '';
    await this.recorder.record(newContext(principal, { correlationId }), {
      streamId: `person-${principal.actor}`,
      streamType: 'person',
      expectedVersion: 'any',
      events: [eventOf(SignedOut, { personId: principal.actor, sessionId })],
    });
    return this.sessions.end(sessionId);
  }

  /** 0 when the code is right (and is used up by this), null when it is wrong or was used. */
  async #totp(person: Person, code: string): Promise<number | null> {
    const { db } = this.database;
    const row = await db
      .withTables<AccessTables>()
      .selectFrom('muster.access_credentials')
      .select(['totp_secret', 'totp_step'])
      .where('person_id', '=', person.personId)
      .executeTakeFirst();
    if (!row) return null;
    const step = acceptedStep(this.people.box.open(row.totp_secret, person.personId), code, row.totp_step);
    if (step === null) return null;
    // Two requests with one code: the second finds the step taken.
    const { numAffectedRows } = await sql`
      update muster.access_credentials set totp_step = ${step}
      where person_id = ${person.personId} and totp_step < ${step}`.execute(db);
    return numAffectedRows === 1n ? 0 : null;
  }

  /** How many codes are left when this one was good, else null. */
  async #recovery(person: Person, code: string): Promise<number | null> {
    const { db } = this.database;
    const { numAffectedRows } = await sql`
      update muster.access_recovery_codes set used_at = now()
      where person_id = ${person.personId} and used_at is null
        and code_tag = ${this.people.box.tag(plainRecoveryCode(code))}`.execute(db);
    if (numAffectedRows !== 1n) return null;
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from muster.access_recovery_codes
      where person_id = ${person.personId} and used_at is null`.execute(db);
    return rows[0]?.n ?? 0;
  }

  async #passwordHash(personId: string): Promise<string | null> {
    const row = await this.database.db
      .withTables<AccessTables>()
      .selectFrom('muster.access_credentials')
      .select('password_hash')
      .where('person_id', '=', personId)
      .executeTakeFirst();
    return row?.password_hash ?? null;
  }

  /** Account and source together, and the source alone: a stranger slows himself down, not the owner. */
  #subjects(email: string, source: string): [string, string] {
    const sourceTag = this.people.box.tag(source);
    return [`account ${emailTag(this.people.box, email)} from ${sourceTag}`, `source ${sourceTag}`];
  }

  async #failed(subjects: readonly string[], account: string, visitor: Visitor): Promise<void> {
    await this.#throttle.failed(subjects);
    await sql`
      insert into muster.access_refusals as r (source_tag, minute, attempts, accounts)
      values (${this.people.box.tag(visitor.source)}, date_trunc('minute', now()), 1, array[${account}])
      on conflict (source_tag, minute) do update set attempts = r.attempts + 1,
        accounts = case when cardinality(r.accounts) >= 100 or r.accounts @> excluded.accounts then r.accounts
                   else r.accounts || excluded.accounts end`.execute(this.database.db);
  }
}

function wrongCode(factor: 'totp' | 'recovery-code'): Refusal {
  const sentence =
    factor === 'totp'
      ? 'That code is wrong or was used. Wait for the next one'
      : 'That recovery code is wrong or was used. Each works once';
  return new Refusal('unauthenticated', 'code', sentence, { fields: [{ path: 'code', message: sentence }] });
}
