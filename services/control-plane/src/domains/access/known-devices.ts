// Browsers from which an account was opened before, by a random mark in a cookie of their own that outlives the session
// (OWASP: device cookies). It opens nothing; it only keeps strangers' failed guesses from slowing the owner down.
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { SETTINGS, type Settings } from '../../platform/config/settings.ts';
import { APP_DATABASE, type Connection } from '../../platform/database/database.ts';
import { Cookies } from './cookies.ts';
import { newToken, tokenHash } from './tokens.ts';

const DAYS = 180;

@Injectable()
export class KnownDevices {
  readonly #cookies: Cookies;

  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(SETTINGS) settings: Settings,
  ) {
    this.#cookies = new Cookies(settings.publicUrl);
  }

  /** False for an account that does not exist, at the same cost. */
  async knows(deviceToken: string | undefined, personId: string | null): Promise<boolean> {
    const { rows } = await sql<{ known: boolean }>`
      select exists (select 1 from muster.access_devices where device_hash = ${tokenHash(deviceToken ?? '')}
        and person_id = ${personId} and used_at > now() - make_interval(days => ${DAYS})) as known`.execute(
      this.database.db,
    );
    return rows[0]?.known ?? false;
  }

  /** Answers with the cookie that marks this browser from now on. */
  async remember(deviceToken: string | undefined, personId: string): Promise<string> {
    const token = deviceToken ?? newToken();
    await sql`
      insert into muster.access_devices (device_hash, person_id) values (${tokenHash(token)}, ${personId})
      on conflict (device_hash, person_id) do update set used_at = now()`.execute(this.database.db);
    return this.#cookies.set('device', token, DAYS * 86_400);
  }

  async forgetAll(personId: string): Promise<void> {
    await sql`delete from muster.access_devices where person_id = ${personId}`.execute(this.database.db);
  }
}
