// Passkeys (WebAuthn). Bound by the browser to this Muster's own name, so that a copy of the page elsewhere gets nothing
// it could use. The authenticator checks its user (PIN, finger), so a passkey alone is two factors.
import type { passkeyResponse } from '@muster/contracts/access';
import { newId } from '@muster/kernel/ids';
import { Inject, Injectable, Logger } from '@nestjs/common';
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { sql, type Selectable } from 'kysely';
import type { z } from 'zod';
import { SETTINGS, type Settings } from '../../platform/config/settings.ts';
import { APP_DATABASE, type Connection } from '../../platform/database/database.ts';
import { Refusal } from '../../platform/errors/refusal.ts';
import { PersonalData } from '../../platform/personal-data/personal-data.ts';
import type { Person } from './people.ts';
import type { AccessTables } from './tables.ts';

export type PasskeyResponse = z.output<typeof passkeyResponse>;
type Row = Selectable<AccessTables['muster.access_passkeys']>;

export interface NewPasskey {
  readonly credentialId: string;
  readonly publicKey: Uint8Array;
  readonly counter: number;
  readonly transports: readonly string[];
  readonly synced: boolean;
}

@Injectable()
export class Passkeys {
  readonly #log = new Logger('Passkeys');
  readonly #origin: string;
  readonly #site: string;

  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(PersonalData) private readonly personal: PersonalData,
    @Inject(SETTINGS) settings: Settings,
  ) {
    const url = new URL(settings.publicUrl);
    this.#origin = url.origin;
    this.#site = url.hostname;
  }

  /** Options for adding one; `challenge` has to come back in the answer. */
  async beginAdding(person: Person) {
    const known = await this.of(person.personId);
    return generateRegistrationOptions({
      rpName: 'Muster',
      rpID: this.#site,
      userName: person.email,
      userDisplayName: person.name,
      // Pseudonymous, as in events; authenticators keep it for good.
      userID: new TextEncoder().encode(person.personId),
      attestationType: 'none',
      excludeCredentials: known.map((row) => ({ id: row.credential_id, transports: row.transports })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
  }

  /** Throws Refusal when the answer is not one to that challenge from this very site. */
  async verifyNew(response: PasskeyResponse, challenge: string): Promise<NewPasskey> {
    // The library checks the shape; the contract bounded the size.
    const given = response as unknown as RegistrationResponseJSON;
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: given,
      expectedChallenge: challenge,
      expectedOrigin: this.#origin,
      expectedRPID: this.#site,
      requireUserVerification: true,
    }).catch((error: unknown) => {
      throw this.#refused(error);
    });
    if (!verified) throw this.#refused('not verified');
    const { credential, credentialBackedUp } = registrationInfo;
    return {
      credentialId: credential.id,
      publicKey: credential.publicKey,
      counter: credential.counter,
      transports: given.response.transports ?? [],
      synced: credentialBackedUp,
    };
  }

  async add(personId: string, passkey: NewPasskey, name: string, passkeyId = newId()): Promise<string> {
    const added = await this.database.db
      .withTables<AccessTables>()
      .insertInto('muster.access_passkeys')
      .values({
        passkey_id: passkeyId,
        person_id: personId,
        credential_id: passkey.credentialId,
        public_key: Buffer.from(passkey.publicKey),
        counter: passkey.counter,
        transports: [...passkey.transports],
        synced: passkey.synced,
        name: await this.personal.seal(personId, name),
        used_at: null,
      })
      .onConflict((conflict) => conflict.column('credential_id').doNothing())
      .returning('passkey_id')
      .executeTakeFirst();
    if (!added) throw new Refusal('conflict', 'taken', 'This passkey is known already');
    return passkeyId;
  }

  async of(personId: string): Promise<Row[]> {
    return this.database.db
      .withTables<AccessTables>()
      .selectFrom('muster.access_passkeys')
      .selectAll()
      .where('person_id', '=', personId)
      .orderBy('added_at')
      .execute();
  }

  /** False when the person has no such passkey. */
  async remove(personId: string, passkeyId: string): Promise<boolean> {
    const { numAffectedRows } = await sql`
      delete from muster.access_passkeys where person_id = ${personId} and passkey_id = ${passkeyId}`.execute(
      this.database.db,
    );
    return numAffectedRows === 1n;
  }

  async removeAll(personId: string): Promise<void> {
    await sql`delete from muster.access_passkeys where person_id = ${personId}`.execute(this.database.db);
  }

  /** Options for proving oneself. Without a person the browser offers what it has for this site, whoever it belongs to. */
  async beginProof(personId?: string) {
    const known = personId === undefined ? [] : await this.of(personId);
    return generateAuthenticationOptions({
      rpID: this.#site,
      userVerification: 'required',
      ...(personId === undefined
        ? {}
        : { allowCredentials: known.map((row) => ({ id: row.credential_id, transports: row.transports })) }),
    });
  }

  /** Whose passkey answered that challenge; null when nobody's did. */
  async provenBy(response: PasskeyResponse, challenge: string): Promise<string | null> {
    const row = await this.database.db
      .withTables<AccessTables>()
      .selectFrom('muster.access_passkeys')
      .selectAll()
      .where('credential_id', '=', response.id)
      .executeTakeFirst();
    if (!row) return null;
    try {
      const { verified, authenticationInfo } = await verifyAuthenticationResponse({
        response: response as unknown as AuthenticationResponseJSON,
        expectedChallenge: challenge,
        expectedOrigin: this.#origin,
        expectedRPID: this.#site,
        requireUserVerification: true,
        credential: {
          id: row.credential_id,
          publicKey: new Uint8Array(row.public_key),
          counter: row.counter,
        },
      });
      if (!verified) return null;
      await sql`
        update muster.access_passkeys set counter = ${authenticationInfo.newCounter}, used_at = now(),
          synced = ${authenticationInfo.credentialBackedUp}
        where passkey_id = ${row.passkey_id}`.execute(this.database.db);
      return row.person_id;
    } catch (error) {
      // Another site's answer, a copied key, another challenge: for the visitor all the same.
      this.#log.warn(`a passkey was refused: ${String(error)}`);
      return null;
    }
  }

  #refused(error: unknown): Refusal {
    this.#log.warn(`a new passkey was refused: ${String(error)}`);
    return new Refusal('invalid', 'passkey', 'The browser’s answer does not fit. Begin to add the passkey again');
  }
}
