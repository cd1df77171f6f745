// A whole control plane on a database of its own, with people who are signed in: for specs about who may do what. Servers
// come into being by their events, people by theirs, grants by the API.
import type { EventDefinition } from '@muster/contracts';
import { OwnerRegistered, type GrantScope } from '@muster/contracts/access';
import { CapabilitySet, FingerprintConfirmed, ServerEnrolled } from '@muster/contracts/servers';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { sha256 } from '@muster/kernel/hashing';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import type { LoginRole } from '@muster/migrations/runner';
import type pg from 'pg';
import { io, type Socket } from 'socket.io-client';
import { People, Sessions } from '../../domains/access/index.ts';
import { WORKER_STORE } from '../../platform/composition/tokens.ts';
import { eventOf } from '../../platform/cqrs/recorder.ts';
import type { EventStore } from '../../platform/event-store/index.ts';
import { PersonalData } from '../../platform/personal-data/personal-data.ts';
import type { RunningControlPlane } from '../application.ts';
import { startOneProcess, type OneProcess } from './one-process.ts';
import { metaOfSpec } from '../../platform/event-store/testing/events.ts';

export interface SignedIn {
  readonly personId: string;
  readonly sessionId: string;
  readonly cookie: string;
  readonly csrf: string;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly body: Record<string, unknown>;
  readonly headers: Headers;
}

export class RunningMuster {
  #owner: SignedIn | undefined;

  private constructor(private readonly process: OneProcess) {}

  static async start(environment: Record<string, string> = {}): Promise<RunningMuster> {
    return new RunningMuster(await startOneProcess(environment));
  }

  get running(): RunningControlPlane {
    return this.process.running;
  }
  get superuser(): pg.Pool {
    return this.process.superuser;
  }

  stop(): Promise<void> {
    return this.process.stop();
  }

  /** With keys and secrets, as `muster --installation` takes it. */
  get folder(): string {
    return this.process.folder;
  }

  /** As superuser. */
  get databaseUrl(): string {
    return this.process.database.url;
  }

  databaseUrlAs(role: LoginRole): string {
    return this.process.database.urlAs(role);
  }

  /** Somebody who holds what the grants say, signed in with a second factor. */
  async person(
    name: string,
    ...grants: readonly { role: string; scope: GrantScope; until?: Date }[]
  ): Promise<SignedIn> {
    const personId = await this.#register(name);
    const signedIn = await this.#signIn(personId);
    for (const { role, scope, until } of grants) {
      // Only the first owner has no end.
      const ends = role === 'contractor' || role === 'owner';
      const end = until ?? (ends ? new Date(Date.now() + 3_600_000) : null);
      const answer = await this.call('POST', '/api/access/grants', await this.owner(), {
        holderId: personId,
        role,
        scope,
        until: end?.toISOString() ?? null,
        reason: 'For the spec',
      });
      if (answer.status !== 202) throw new Error(`${role} was not granted: ${answer.text}`);
    }
    return signedIn;
  }

  async owner(): Promise<SignedIn> {
    if (this.#owner) return this.#owner;
    const personId = newId();
    const personal = this.running.app.get(PersonalData);
    await this.append(`person-${personId}`, [
      [
        OwnerRegistered,
        {
          personId,
          name: await personal.seal(personId, 'Olga Owner'),
          email: await personal.seal(personId, 'olga@hosting.example'),
          timeZone: 'Europe/Berlin',
        },
      ],
    ]);
    await this.until(async () => {
      const { rows } = await this.superuser.query('select 1 from muster.access_grants where holder_id = $1', [
        personId,
      ]);
      const { rows: people } = await this.superuser.query('select 1 from muster.access_people where person_id = $1', [
        personId,
      ]);
      return rows.length + people.length === 2;
    });
    this.#owner = await this.#signIn(personId);
    return this.#owner;
  }

  /** Confirmed, managed for bans, and silent: nothing is connected. */
  async server(name: string): Promise<string> {
    const serverId = newId();
    const stream = `server-${serverId}`;
    await this.append(stream, [
      [
        ServerEnrolled,
        { ...ServerEnrolled.example, serverId, enrolmentId: newId(), name, hostname: `${name}.example` },
      ],
      [FingerprintConfirmed, { serverId, fingerprint: ServerEnrolled.example.fingerprint }],
      [CapabilitySet, { ...CapabilitySet.example, serverId, capability: 'bans', mode: 'managed' }],
    ]);
    await this.until(async () => {
      const { rows } = await this.superuser.query(
        'select 1 from muster.servers_servers where server_id = $1 and confirmed',
        [serverId],
      );
      return rows.length === 1;
    });
    return serverId;
  }

  async append(streamId: string, events: readonly (readonly [EventDefinition, object])[]): Promise<void> {
    const store = this.running.app.get<EventStore>(WORKER_STORE);
    const made = events.map(([definition, data]) => eventOf(definition, data));
    await store.append({
      commandId: newId(),
      actor: 'spec',
      requestHash: sha256(canonicalBytes(made.map(({ data }) => data))),
      tenantId: DEFAULT_TENANT,
      streamId,
      streamType: streamId.split('-', 1)[0] ?? 'spec',
      expectedVersion: 'any',
      events: made,
      meta: metaOfSpec('spec', 'system'),
    });
  }

  call(method: string, path: string, as: SignedIn, body?: unknown): Promise<Answer> {
    return this.send(method, path, { cookie: as.cookie, 'x-muster-csrf': as.csrf }, body);
  }

  async send(method: string, path: string, headers: Record<string, string>, body?: unknown): Promise<Answer> {
    const response = await fetch(`http://127.0.0.1:${this.running.port}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined || method === 'GET' ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed = text.startsWith('{') && !text.includes('\n{') ? (JSON.parse(text) as Record<string, unknown>) : {};
    return { status: response.status, text, body: parsed, headers: response.headers };
  }

  socket(as: SignedIn): Promise<Socket> {
    return this.connect({ cookie: as.cookie });
  }

  /** Rejects when it is not let in. */
  async connect(headers: Record<string, string>): Promise<Socket> {
    const socket = io(`http://127.0.0.1:${this.running.port}`, {
      transports: ['websocket'],
      reconnection: false,
      extraHeaders: headers,
    });
    await new Promise<void>((resolve, reject) => {
      socket.on('connect', resolve);
      socket.on('connect_error', reject);
    });
    return socket;
  }

  async until(holds: () => Promise<boolean>, timeoutMs = 5000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const asked = performance.now();
      if (await holds()) return;
      if (Date.now() > deadline) throw new Error('what was waited for did not come');
      // What is waited for goes on in this process, too: it gets the other half of the time.
      await new Promise((resolve) => setTimeout(resolve, Math.max(20, performance.now() - asked)));
    }
  }

  /** As the row that the events of an accepted invitation make. */
  async #register(name: string): Promise<string> {
    const personId = newId();
    const personal = this.running.app.get(PersonalData);
    await this.superuser.query(
      `insert into muster.access_people (person_id, tenant_id, name, email, email_tag, time_zone, role, registered_at)
       values ($1, $2, $3, $4, $5, 'UTC', 'member', now())`,
      [
        personId,
        DEFAULT_TENANT,
        await personal.seal(personId, name),
        await personal.seal(personId, `${personId}@example.net`),
        personId,
      ],
    );
    return personId;
  }

  async #signIn(personId: string): Promise<SignedIn> {
    const person = await this.running.app.get(People).byId(personId);
    if (!person) throw new Error('nobody by that id');
    const { session, cookie, csrf } = await this.running.app.get(Sessions).open(person, 'totp', {
      source: '198.51.100.99',
      device: 'spec',
      deviceToken: undefined,
      correlationId: newId(),
    });
    return { personId, sessionId: session.sessionId, cookie: cookie.split(';', 1)[0] ?? '', csrf };
  }
}
