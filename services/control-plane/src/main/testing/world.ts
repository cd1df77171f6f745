// What policies and projections stand on, real, for specs on PostgreSQL: a database of its own, event stores by role,
// the sequencer, and the task table. No application runs.
import { sequenceInto } from './sequencing.ts';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { sha256 } from '@muster/kernel/hashing';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import pg from 'pg';
import type { LoginRole } from '@muster/migrations/runner';
import { createDatabase, type TestDatabase } from '../../../../../test/support/postgres.ts';
import { SOFTWARE } from '../../platform/cqrs/recorder.ts';
import { connect, type ProcessConnection } from '../../platform/database/database.ts';
import {
  EventStore,
  InProcessHintBus,
  LogTail,
  type NewEvent,
  type SequencedEvent,
} from '../../platform/event-store/index.ts';
import { Projections, type Subscription } from '../../platform/projections/index.ts';
import { OperationRequests, inlineTables } from '../../domains/operations/index.ts';

interface Station {
  readonly database: ProcessConnection;
  readonly store: EventStore;
  readonly tail: LogTail;
}

export class World {
  readonly hints = new InProcessHintBus();
  readonly complaints: string[] = [];
  readonly app: Station;
  readonly worker: Station;
  readonly gateway: Station;
  readonly superuser: pg.Pool;
  readonly operations: OperationRequests;
  readonly #database: TestDatabase;
  readonly #sequencer: ReturnType<typeof sequenceInto>;
  readonly #stations: Station[] = [];
  readonly #running: Projections[] = [];
  readonly #followed = new Set<string>();

  private constructor(database: TestDatabase) {
    this.#database = database;
    this.superuser = new pg.Pool({ connectionString: database.url, max: 2 });
    this.app = this.station('muster_app');
    this.worker = this.station('muster_worker');
    this.gateway = this.station('muster_gateway');
    this.operations = new OperationRequests(this.worker.store, this.hints);
    this.#sequencer = sequenceInto(database.urlAs('muster_sequencer'), this.hints);
  }

  static async open(): Promise<World> {
    return new World(await createDatabase());
  }

  /** Connections and an event store as another process has them. */
  station(role: LoginRole): Station {
    const database = connect(this.#database.urlAs(role), role, 12);
    const tail = new LogTail(database.pool, this.hints);
    const store = new EventStore({ pool: database.pool, hints: this.hints, tail, inline: inlineTables });
    const station = { database, tail, store };
    this.#stations.push(station);
    return station;
  }

  /** As one worker process more. */
  follow(...subscriptions: Subscription[]): Projections {
    const { database, store, tail } = this.worker;
    const say = (fields: object, message: string) =>
      void this.complaints.push(`${message} ${'err' in fields ? String(fields.err) : ''}`);
    const projections = new Projections({ pool: database.pool, store, tail, log: { warn: say, error: say } });
    projections.start(subscriptions);
    for (const { name } of subscriptions) this.#followed.add(name);
    this.#running.push(projections);
    return projections;
  }

  /** Appends events that specs made as if they had come from their own domain; answers with the last one's id. */
  async happen(...events: SequencedEvent[]): Promise<string> {
    let last = '';
    for (const event of events) last = await this.happenOne(event);
    return last;
  }

  happenOne({ streamId, ...event }: SequencedEvent): Promise<string> {
    return this.say(streamId, event);
  }

  /** Appends an event to a stream; answers with its id. Who appends to it as well has to be told the same type of stream. */
  async say(streamId: string, { type, version, data }: NewEvent, streamType = 'spec'): Promise<string> {
    const commandId = newId();
    const { eventIds } = await this.worker.store.append({
      commandId,
      actor: 'spec',
      requestHash: sha256(canonicalBytes([commandId])),
      tenantId: DEFAULT_TENANT,
      streamId,
      streamType,
      expectedVersion: 'any',
      events: [{ type, version, data }],
      meta: {
        v: 1,
        actor: 'spec',
        actorKind: 'person',
        software: SOFTWARE,
        correlation: newId(),
        tenant: DEFAULT_TENANT,
      },
    });
    return eventIds[0] ?? '';
  }

  /** Waits until every subscription that was followed has handled an event. */
  async settled(eventId: string, timeoutMs = 20_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    const position = await this.worker.store.positionOf(eventId, timeoutMs);
    if (position === null) throw new Error('the event got no position');
    for (;;) {
      // Named, because one that has just been started has no row yet.
      const { rows } = await this.superuser.query<{ behind: number; failure: string | null }>(
        `select count(*)::int as behind, max(failure) as failure
         from unnest($2::text[]) followed (name) left join es.subscriptions using (name)
         where coalesce(position, 0) < $1`,
        [position, [...this.#followed]],
      );
      if (rows[0]?.behind === 0) return;
      if (rows[0]?.failure) throw new Error(rows[0].failure);
      if (Date.now() > deadline) throw new Error(`not settled: ${this.complaints.join('; ')}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#running.map((projections) => projections.stop()));
    await this.#sequencer.stop();
    for (const { tail, database } of this.#stations) {
      await tail.stop();
      await database.pool.end();
    }
    await this.superuser.end();
    await this.#database.drop();
  }
}
