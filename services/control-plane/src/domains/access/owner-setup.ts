// The first owner: a one-time link printed where Muster was started, a password, and a code that proves the second
// factor works before anything is stored.
import type { beginSetup, beginSetupAnswer, completeSetup, setupState } from '@muster/contracts/access';
import { OwnerRegistered, RecoveryCodesIssued, SecondFactorEnrolled } from '@muster/contracts/access';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { z } from 'zod';
import { SETTINGS, type Settings } from '../../platform/config/settings.ts';
import { newContext } from '../../platform/cqrs/principal.ts';
import { eventOf, Recorder } from '../../platform/cqrs/recorder.ts';
import { APP_DATABASE, type Connection } from '../../platform/database/database.ts';
import { Refusal } from '../../platform/errors/refusal.ts';
import { AlreadyTaken } from '../../platform/event-store/index.ts';
import { PersonalData } from '../../platform/personal-data/personal-data.ts';
import { Grants } from './grants/grants.ts';
import { issueOwnerLink, linkHash } from './owner-link.ts';
import { hashPassword, requireGoodPassword } from './passwords.ts';
import { People, type Person } from './people.ts';
import { acceptedStep, newRecoveryCodes, newTotp, plainRecoveryCode } from './second-factor.ts';
import { SignInPolicies } from './sign-in-policy.ts';
import type { AccessTables } from './tables.ts';
import { knownTimeZone } from './time-zone.ts';

const SETUP_MINUTES = 30;
const CODE_ATTEMPTS = 10;
const VISIBLE_MS = 3000;
const FIRST_OWNER = 'access.first-owner';

interface Draft {
  readonly name: string;
  readonly email: string;
  readonly timeZone: string;
  readonly passwordHash: string;
  readonly secret: string;
  readonly linkHash: string;
}

@Injectable()
export class OwnerSetup {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(People) private readonly people: People,
    @Inject(Grants) private readonly grants: Grants,
    @Inject(PersonalData) private readonly personal: PersonalData,
    @Inject(Recorder) private readonly recorder: Recorder,
    @Inject(SignInPolicies) private readonly policies: SignInPolicies,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** A fresh link; earlier ones stop working. null when there is an owner already. */
  async issueLink(): Promise<string | null> {
    return issueOwnerLink(this.database, this.settings.publicUrl);
  }

  async state(link: string): Promise<z.output<typeof setupState>> {
    if (await this.people.ownerExists()) return { open: false, reason: 'There is an owner already. Sign in instead' };
    const open = await this.#linkIsGood(link);
    return {
      open,
      reason: open
        ? null
        : 'This link was used or has ended. Start Muster again, or run muster owner-link: it prints a new one',
    };
  }

  async begin(input: z.output<typeof beginSetup>): Promise<z.output<typeof beginSetupAnswer>> {
    await this.#requireLink(input.link);
    requireGoodPassword(input.password, input, await this.policies.of(DEFAULT_TENANT));
    const { secret, uri } = newTotp(input.email);
    const draft: Draft = {
      name: input.name,
      email: input.email,
      timeZone: knownTimeZone(input.timeZone),
      passwordHash: await hashPassword(input.password),
      secret,
      linkHash: linkHash(input.link).toString('hex'),
    };
    const setupId = newId();
    const expiresAt = new Date(Date.now() + SETUP_MINUTES * 60_000);
    await this.database.db
      .withTables<AccessTables>()
      .insertInto('muster.access_challenges')
      .values({
        challenge_id: setupId,
        kind: 'set-up',
        person_id: null,
        payload: this.people.box.seal(JSON.stringify(draft), setupId),
        expires_at: expiresAt,
      })
      .execute();
    return { setupId, totpUri: uri, totpSecret: secret, expiresAt: expiresAt.toISOString() };
  }

  /** Registers the owner; the codes are shown once. */
  async complete(
    input: z.output<typeof completeSetup>,
    correlationId: string,
  ): Promise<{ person: Person; recoveryCodes: string[] }> {
    await this.#requireLink(input.link);
    const draft = await this.#draftOf(input.setupId, input.link);
    const step = acceptedStep(draft.secret, input.code, 0);
    if (step === null) {
      throw new Refusal('invalid', 'code', 'That code is not the one of this moment. Look at the app again', {
        fields: [{ path: 'code', message: 'That code is not the one of this moment. Look at the app again' }],
      });
    }
    const person: Person = {
      personId: newId(),
      tenantId: DEFAULT_TENANT,
      name: draft.name,
      email: draft.email,
      timeZone: draft.timeZone,
      role: 'owner',
      state: 'active',
    };
    const recoveryCodes = newRecoveryCodes();
    await this.#register(person, recoveryCodes.length, correlationId);
    await this.#store(person, draft, step, recoveryCodes, input.setupId);
    await this.#visible(person.personId);
    return { person, recoveryCodes };
  }

  async #register(person: Person, codes: number, correlationId: string): Promise<void> {
    const { personId } = person;
    const context = newContext(
      { kind: 'person', actor: personId, tenantId: person.tenantId, permissions: new Set(), factor: 'totp' },
      { correlationId },
    );
    try {
      await this.recorder.record(context, {
        streamId: `person-${personId}`,
        streamType: 'person',
        expectedVersion: 'new',
        events: [
          eventOf(OwnerRegistered, {
            personId,
            name: await this.personal.seal(personId, person.name),
            email: await this.personal.seal(personId, person.email),
            timeZone: person.timeZone,
          }),
          eventOf(SecondFactorEnrolled, { personId, factor: 'totp' }),
          eventOf(RecoveryCodesIssued, { personId, count: codes }),
        ],
        reserve: [{ namespace: FIRST_OWNER, key: await this.#turn() }],
      });
    } catch (error) {
      if (error instanceof AlreadyTaken)
        throw new Refusal('conflict', 'owner-exists', 'There is an owner already. Sign in');
      throw error;
    }
  }

  /**
   * Only one may become the first owner. Should the process end between the event and the credentials, nobody could ever
   * sign in: so each such stranded attempt opens one more turn, and two at once still meet in the same one.
   */
  async #turn(): Promise<string> {
    const { rows } = await sql<{ stranded: number }>`
      select count(*)::int as stranded from muster.access_people p
      where not exists (select 1 from muster.access_credentials c where c.person_id = p.person_id)`.execute(
      this.database.db,
    );
    return `owner ${rows[0]?.stranded ?? 0}`;
  }

  async #store(person: Person, draft: Draft, step: number, codes: readonly string[], setupId: string): Promise<void> {
    const { personId } = person;
    await this.database.db.transaction().execute(async (transaction) => {
      const db = transaction.withTables<AccessTables>();
      await db
        .insertInto('muster.access_credentials')
        .values({
          person_id: personId,
          password_hash: draft.passwordHash,
          totp_secret: this.people.box.seal(draft.secret, personId),
          totp_step: step,
          password_set_at: new Date(),
          totp_since: new Date(),
          recovery_issued_at: new Date(),
        })
        .execute();
      await db
        .insertInto('muster.access_recovery_codes')
        .values(
          codes.map((code) => ({
            person_id: personId,
            code_tag: this.people.box.tag(plainRecoveryCode(code)),
            used_at: null,
          })),
        )
        .execute();
      await db
        .updateTable('muster.access_owner_links')
        .set({ used_at: new Date() })
        .where('used_at', 'is', null)
        .execute();
      await db.deleteFrom('muster.access_challenges').where('challenge_id', '=', setupId).execute();
    });
  }

  /** The session that follows is looked up in the read models: the person, and the grant by which he may do anything. */
  async #visible(personId: string): Promise<void> {
    const deadline = Date.now() + VISIBLE_MS;
    while (
      Date.now() < deadline &&
      ((await this.people.byId(personId)) === null || (await this.grants.of(personId)).length === 0)
    ) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async #draftOf(setupId: string, link: string): Promise<Draft> {
    const row = await this.database.db
      .withTables<AccessTables>()
      .updateTable('muster.access_challenges')
      .set((eb) => ({ attempts: eb('attempts', '+', 1) }))
      .where('challenge_id', '=', setupId)
      .where('kind', '=', 'set-up')
      .where('expires_at', '>', new Date())
      .returning(['payload', 'attempts'])
      .executeTakeFirst();
    if (!row?.payload || row.attempts > CODE_ATTEMPTS) {
      throw new Refusal('conflict', 'ended', 'This set-up has ended. Begin again with the link');
    }
    const draft = JSON.parse(this.people.box.open(row.payload, setupId)) as Draft;
    if (draft.linkHash !== linkHash(link).toString('hex'))
      throw new Refusal('forbidden', 'link', 'This link began another set-up');
    return draft;
  }

  async #requireLink(link: string): Promise<void> {
    const { open, reason } = await this.state(link);
    if (!open) throw new Refusal('forbidden', 'link', reason ?? 'This link does not work');
  }

  async #linkIsGood(link: string): Promise<boolean> {
    const row = await this.database.db
      .withTables<AccessTables>()
      .selectFrom('muster.access_owner_links')
      .select('link_hash')
      .where('link_hash', '=', linkHash(link))
      .where('used_at', 'is', null)
      .where('expires_at', '>', new Date())
      .executeTakeFirst();
    return row !== undefined;
  }
}
