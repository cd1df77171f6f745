// Sessions: a random token in a cookie, its hash in the database, an idle and an absolute end. Ending one takes effect
// on the next request and on open sockets.
import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { newId } from '@muster/kernel/ids';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { SETTINGS, type Settings } from '../../platform/config/settings.ts';
import type { Principal } from '../../platform/cqrs/principal.ts';
import { APP_DATABASE, type Connection } from '../../platform/database/database.ts';
import type { HintBus } from '../../platform/event-store/index.ts';
import { HINTS } from '../../platform/hints/hints.ts';
import type { Authenticated, Authenticator } from '../../platform/http/authenticator.ts';
import { MasterKey, PersonalData } from '../../platform/personal-data/personal-data.ts';
import { allPermissions, Grants } from './grants/grants.ts';
import { People, type Person } from './people.ts';
import type { AccessTables } from './tables.ts';

/** Sockets of this session close; payload is the session id. */
export const SESSION_ENDED = 'access.session-ended';
/** The set of live operators changed: their addresses are never blocked. */
export const SESSIONS_CHANGED = 'access.sessions-changed';

/** Use is written down at most this often. */
const TOUCH_SECONDS = 60;

export interface Session {
  readonly sessionId: string;
  readonly person: Person;
  readonly signedInAt: Date;
  readonly expiresAt: Date;
}

export interface SignedInSession extends Authenticated {
  readonly session: Session;
}

@Injectable()
export class Sessions implements Authenticator {
  readonly #csrfKey: Buffer;
  readonly #secure: boolean;

  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(PersonalData) private readonly personal: PersonalData,
    @Inject(People) private readonly people: People,
    @Inject(Grants) private readonly grants: Grants,
    @Inject(HINTS) private readonly hints: HintBus,
    @Inject(MasterKey) master: MasterKey,
  ) {
    this.#csrfKey = master.derive('csrf');
    this.#secure = settings.publicUrl.startsWith('https:');
  }

  /** The prefix makes browsers refuse the cookie from anywhere but this very host over TLS. */
  get #cookieName(): string {
    return this.#secure ? '__Host-muster' : 'muster-session';
  }

  async open(person: Person, factor: 'totp' | 'recovery-code', source: string) {
    const token = randomBytes(32).toString('base64url');
    const sessionId = newId();
    const now = new Date();
    const expiresAt = new Date(now.getTime() + this.settings.MUSTER_SESSION_SECONDS * 1000);
    await this.database.db
      .withTables<AccessTables>()
      .insertInto('muster.access_sessions')
      .values({
        session_id: sessionId,
        token_hash: hashOf(token),
        tenant_id: person.tenantId,
        person_id: person.personId,
        factor,
        factor_at: now,
        source_tag: this.people.box.tag(source),
        source: await this.personal.seal(person.personId, source),
        expires_at: expiresAt,
      })
      .execute();
    this.hints.publish(SESSIONS_CHANGED, {});
    const attributes = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${this.settings.MUSTER_SESSION_SECONDS}`;
    return {
      session: { sessionId, person, signedInAt: now, expiresAt } satisfies Session,
      cookie: `${this.#cookieName}=${token}; ${attributes}${this.#secure ? '; Secure' : ''}`,
      csrf: this.csrfOf(sessionId),
    };
  }

  async authenticate(request: IncomingMessage, source: string): Promise<SignedInSession | null> {
    const token = cookieOf(request, this.#cookieName);
    if (!token) return null;
    const row = await this.database.db
      .withTables<AccessTables>()
      .selectFrom('muster.access_sessions')
      .selectAll()
      .where('token_hash', '=', hashOf(token))
      .where('ended_at', 'is', null)
      .where('expires_at', '>', new Date())
      .where('used_at', '>', new Date(Date.now() - this.settings.MUSTER_SESSION_IDLE_SECONDS * 1000))
      .executeTakeFirst();
    if (!row) return null;
    const person = await this.people.byId(row.person_id);
    if (!person) return null;
    if (row.used_at.getTime() < Date.now() - TOUCH_SECONDS * 1000) await this.#touch(row.session_id);
    const grants = await this.grants.of(person.personId);
    const principal: Principal = {
      kind: 'person',
      actor: person.personId,
      tenantId: person.tenantId,
      permissions: allPermissions(grants),
      grants,
      role: person.role,
      sessionId: row.session_id,
      factor: row.factor === 'recovery-code' ? 'recovery-code' : 'totp',
      factorAt: row.factor_at.toISOString(),
      source,
    };
    return {
      principal,
      csrf: this.csrfOf(row.session_id),
      session: { sessionId: row.session_id, person, signedInAt: row.created_at, expiresAt: row.expires_at },
    };
  }

  async end(sessionId: string): Promise<string> {
    await this.database.db
      .withTables<AccessTables>()
      .updateTable('muster.access_sessions')
      .set({ ended_at: new Date() })
      .where('session_id', '=', sessionId)
      .execute();
    this.hints.publish(SESSION_ENDED, { sessionId });
    this.hints.publish(SESSIONS_CHANGED, {});
    return `${this.#cookieName}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0${this.#secure ? '; Secure' : ''}`;
  }

  csrfOf(sessionId: string): string {
    return createHmac('sha256', this.#csrfKey).update(sessionId).digest('base64url');
  }

  async #touch(sessionId: string): Promise<void> {
    await sql`update muster.access_sessions set used_at = now() where session_id = ${sessionId}`.execute(
      this.database.db,
    );
  }
}

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

function cookieOf(request: IncomingMessage, name: string): string | undefined {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [key, ...value] = part.trim().split('=');
    if (key === name) return value.join('=');
  }
  return undefined;
}
