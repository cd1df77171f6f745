// Sessions: a random token in a cookie, its hash in the database, an idle and an absolute end. The token is replaced
// while the session is used; ending a session takes effect on the next request and on open sockets.
import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { SessionEnded, type FactorKind } from '@muster/contracts/access';
import { newId } from '@muster/kernel/ids';
import { Inject, Injectable } from '@nestjs/common';
import { sql, type Selectable } from 'kysely';
import { SETTINGS, type Settings } from '../../platform/config/settings.ts';
import { newContext, type Principal, type RequestContext } from '../../platform/cqrs/principal.ts';
import { eventOf, Recorder, systemPrincipal } from '../../platform/cqrs/recorder.ts';
import { APP_DATABASE, type Connection } from '../../platform/database/database.ts';
import type { HintBus } from '../../platform/event-store/index.ts';
import { HINTS } from '../../platform/hints/hints.ts';
import type { Authenticated } from '../../platform/http/authenticator.ts';
import { MasterKey, PersonalData } from '../../platform/personal-data/personal-data.ts';
import { LiveHints } from '../../platform/realtime/live-hints.ts';
import { Cookies } from './cookies.ts';
import { allPermissions, Grants } from './grants/grants.ts';
import { Networks } from './networks/networks.ts';
import { People, type Person } from './people.ts';
import type { AccessTables } from './tables.ts';
import { newToken, tokenHash } from './tokens.ts';
import { isAttended } from './attended.ts';
import type { Visitor } from './visitor.ts';

/** Sockets of this session, or of this token, close; payload `{ sessionId }` names either. */
export const SESSION_ENDED = 'access.session-ended';
/** The set of live operators changed: their addresses are never blocked. */
export const SESSIONS_CHANGED = 'access.sessions-changed';

/** Use is written down at most this often. */
const TOUCH_SECONDS = 60;
/** Requests that were on their way when the token was replaced. */
const GRACE_SECONDS = 60;

type Row = Selectable<AccessTables['muster.access_sessions']>;
export type EndReason = 'revoked' | 'idle' | 'over' | 'password-changed' | 'recovered' | 'token-reused';

export interface Session {
  readonly sessionId: string;
  readonly person: Person;
  readonly signedInAt: Date;
  readonly expiresAt: Date;
}

export interface SignedInSession extends Authenticated {
  readonly csrf: string;
  readonly session: Session;
}

@Injectable()
export class Sessions {
  readonly #csrfKey: Buffer;
  readonly #cookies: Cookies;

  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(PersonalData) private readonly personal: PersonalData,
    @Inject(People) private readonly people: People,
    @Inject(Grants) private readonly grants: Grants,
    @Inject(Networks) private readonly networks: Networks,
    @Inject(Recorder) private readonly recorder: Recorder,
    @Inject(HINTS) private readonly hints: HintBus,
    @Inject(MasterKey) master: MasterKey,
  ) {
    this.#csrfKey = master.derive('csrf');
    this.#cookies = new Cookies(settings.publicUrl);
  }

  /** Always a token of its own making: one that a browser brought along is never taken over. */
  async open(person: Person, factor: FactorKind, visitor: Visitor): Promise<SignedInSession & { cookie: string }> {
    const token = newToken();
    const sessionId = newId();
    const now = new Date();
    const principal = await this.#principalOf(person, { sessionId, factor, factorAt: now, source: visitor.source });
    await this.networks.requirePerson(visitor.source, rolesOf(principal));
    const expiresAt = new Date(now.getTime() + this.settings.MUSTER_SESSION_SECONDS * 1000);
    await this.database.db
      .withTables<AccessTables>()
      .insertInto('muster.access_sessions')
      .values({
        session_id: sessionId,
        token_hash: tokenHash(token),
        tenant_id: person.tenantId,
        person_id: person.personId,
        factor,
        factor_at: now,
        source_tag: this.people.box.tag(visitor.source),
        source: await this.personal.seal(person.personId, visitor.source),
        device: await this.personal.seal(person.personId, visitor.device),
        expires_at: expiresAt,
      })
      .execute();
    this.#changed();
    const session = { sessionId, person, signedInAt: now, expiresAt };
    return { session, principal, csrf: this.#csrfOf(sessionId), cookie: this.#cookie(token, expiresAt) };
  }

  /** Throws Refusal for whoever is signed in and comes from a network that is closed to him. */
  async authenticate(request: IncomingMessage, source: string): Promise<SignedInSession | null> {
    const token = this.#cookies.read(request, 'session');
    if (!token) return null;
    const hash = tokenHash(token);
    const { rows } = await sql<Row>`
      select * from muster.access_sessions
      where (token_hash = ${hash} or next_token_hash = ${hash} or previous_token_hash = ${hash})
        and ended_at is null and expires_at > now()
        and used_at > now() - make_interval(secs => ${this.settings.MUSTER_SESSION_IDLE_SECONDS})`.execute(
      this.database.db,
    );
    const row = rows[0];
    if (!row || !(await this.#isCurrent(row, hash))) return null;
    const person = await this.people.byId(row.person_id);
    if (!person) return null;
    const principal = await this.#principalOf(person, {
      sessionId: row.session_id,
      factor: row.factor as FactorKind,
      factorAt: row.factor_at,
      source,
    });
    await this.networks.requirePerson(source, rolesOf(principal));
    await this.#touch(row, source, isAttended(request));
    return {
      principal,
      csrf: this.#csrfOf(row.session_id),
      session: { sessionId: row.session_id, person, signedInAt: row.created_at, expiresAt: row.expires_at },
    };
  }

  async renew({ principal }: Authenticated): Promise<string | null> {
    if (principal.sessionId === undefined) return null;
    const token = newToken();
    const { rows } = await sql<{ expires_at: Date }>`
      update muster.access_sessions set next_token_hash = ${tokenHash(token)}, token_issued_at = now()
      where session_id = ${principal.sessionId} and ended_at is null
        and token_issued_at < now() - make_interval(secs => ${this.settings.MUSTER_SESSION_ROTATE_SECONDS})
      returning expires_at`.execute(this.database.db);
    return rows[0] ? this.#cookie(token, rows[0].expires_at) : null;
  }

  /** The person proved again who they are: the session goes on under a new token. */
  async stepUp(sessionId: string, factor: FactorKind): Promise<string | null> {
    const token = newToken();
    const { rows } = await sql<{ expires_at: Date }>`
      update muster.access_sessions set factor = ${factor}, factor_at = now(), previous_token_hash = token_hash,
        replaced_at = now(), token_hash = ${tokenHash(token)}, next_token_hash = null, token_issued_at = now()
      where session_id = ${sessionId} and ended_at is null returning expires_at`.execute(this.database.db);
    return rows[0] ? this.#cookie(token, rows[0].expires_at) : null;
  }

  /**
   * The events of its end; none when it was over already. Without a reason the person signed out, and whoever called
   * records that.
   */
  end(sessionId: string, ending?: { why: EndReason; context: RequestContext }): Promise<string[]> {
    return this.#endWhere(sql`session_id = ${sessionId}`, ending);
  }

  /** All sessions of a person, but for one that stays; one event for each that ended. */
  endAll(personId: string, why: EndReason, context: RequestContext, but: string | null = null): Promise<string[]> {
    return this.#endWhere(sql`person_id = ${personId} and session_id is distinct from ${but}`, { why, context });
  }

  async belongsTo(sessionId: string, personId: string): Promise<boolean> {
    const { rows } = await sql`
      select 1 from muster.access_sessions where session_id = ${sessionId} and person_id = ${personId}`.execute(
      this.database.db,
    );
    return rows.length > 0;
  }

  /** Where the person is signed in, the latest use first. */
  async openOf(personId: string): Promise<Row[]> {
    const { rows } = await sql<Row>`
      select * from muster.access_sessions where person_id = ${personId} and ended_at is null and expires_at > now()
        and used_at > now() - make_interval(secs => ${this.settings.MUSTER_SESSION_IDLE_SECONDS})
      order by used_at desc limit 200`.execute(this.database.db);
    return rows;
  }

  /** Sessions whose time has come, so that their sockets close without waiting for a request. */
  async endWhatIsOver(): Promise<void> {
    const context = newContext(systemPrincipal('system', 'sessions', ''));
    const idle = sql`used_at <= now() - make_interval(secs => ${this.settings.MUSTER_SESSION_IDLE_SECONDS})`;
    await this.#endWhere(sql`expires_at <= now()`, { why: 'over', context });
    await this.#endWhere(idle, { why: 'idle', context });
  }

  get signOutCookie(): string {
    return this.#cookies.clear('session');
  }

  /** Was this account opened from this address before, within a month? */
  async knowsSource(sourceTag: string, personId: string | null): Promise<boolean> {
    const { rows } = await sql<{ known: boolean }>`
      select exists (select 1 from muster.access_sessions where person_id = ${personId} and source_tag = ${sourceTag}
        and created_at > now() - interval '30 days') as known`.execute(this.database.db);
    return rows[0]?.known ?? false;
  }

  async #endWhere(
    which: ReturnType<typeof sql>,
    ending?: { why: EndReason; context: RequestContext },
  ): Promise<string[]> {
    const eventIds: string[] = [];
    const { rows } = await sql<{ session_id: string; person_id: string; tenant_id: string }>`
      update muster.access_sessions set ended_at = now() where ended_at is null and ${which}
      returning session_id, person_id, tenant_id`.execute(this.database.db);
    for (const { session_id, person_id, tenant_id } of rows) {
      this.hints.publish(SESSION_ENDED, { sessionId: session_id });
      if (!ending) continue;
      const { context, why } = ending;
      const principal = { ...context.principal, tenantId: tenant_id };
      const appended = await this.recorder.record(
        { ...context, principal },
        {
          streamId: `person-${person_id}`,
          streamType: 'person',
          expectedVersion: 'any',
          events: [eventOf(SessionEnded, { personId: person_id, sessionId: session_id, why })],
        },
        `ended ${session_id}`,
      );
      eventIds.push(...appended.eventIds);
    }
    if (rows.length > 0) this.#changed();
    return eventIds;
  }

  /** Takes a renewed token into use; ends the session when a replaced one is shown after everybody had time to change. */
  async #isCurrent(row: Row, hash: Buffer): Promise<boolean> {
    if (row.token_hash.equals(hash)) return true;
    if (row.next_token_hash?.equals(hash)) {
      await sql`
        update muster.access_sessions set previous_token_hash = token_hash, token_hash = next_token_hash,
          next_token_hash = null, replaced_at = now() where next_token_hash = ${hash}`.execute(this.database.db);
      return true;
    }
    if ((row.replaced_at?.getTime() ?? 0) > Date.now() - GRACE_SECONDS * 1000) return true;
    const context = newContext(systemPrincipal('system', 'sessions', row.tenant_id));
    await this.end(row.session_id, { why: 'token-reused', context });
    return false;
  }

  /** What a page asks by itself is no use of the session: nobody may be sitting there. Where from is written down anyway. */
  async #touch(row: Row, source: string, attended: boolean): Promise<void> {
    const sourceTag = this.people.box.tag(source);
    // An address that nobody can read protects nobody from being blocked.
    const anew = row.source_tag !== sourceTag || (await this.personal.openIfReadable(row.source)) === undefined;
    if (!anew && (!attended || row.used_at.getTime() > Date.now() - TOUCH_SECONDS * 1000)) return;
    const sealed = anew ? await this.personal.seal(row.person_id, source) : row.source;
    await sql`
      update muster.access_sessions set used_at = case when ${attended}::boolean then now() else used_at end,
        source_tag = ${sourceTag}, source = ${sealed}
      where session_id = ${row.session_id}`.execute(this.database.db);
    if (anew) this.#changed();
  }

  #changed(): void {
    this.hints.publish(SESSIONS_CHANGED, {});
    new LiveHints(this.hints).changed('people');
  }

  #csrfOf(sessionId: string): string {
    return createHmac('sha256', this.#csrfKey).update(sessionId).digest('base64url');
  }

  #cookie(token: string, expiresAt: Date): string {
    return this.#cookies.set('session', token, Math.max(0, Math.floor((expiresAt.getTime() - Date.now()) / 1000)));
  }

  async #principalOf(
    person: Person,
    how: { sessionId: string; factor: FactorKind; factorAt: Date; source: string },
  ): Promise<Principal> {
    const grants = await this.grants.of(person.personId);
    return {
      kind: 'person',
      actor: person.personId,
      tenantId: person.tenantId,
      permissions: allPermissions(grants),
      grants,
      role: person.role,
      sessionId: how.sessionId,
      factor: how.factor,
      factorAt: how.factorAt.toISOString(),
      source: how.source,
    };
  }
}

const rolesOf = ({ grants = [] }: Principal): string[] => grants.map(({ role }) => role);
