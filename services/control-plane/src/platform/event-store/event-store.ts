// Stores what happened, and reads it back. An append resolves when it is on disk; the row it wrote is at once the
// audit record and the outbox. Positions come later, from the sequencer.
import { CompiledQuery, Kysely, PostgresDialect } from 'kysely';
import type { Pool } from 'pg';
import {
  APPEND_GROUP,
  groupArguments,
  outcome,
  prepare,
  storedEvents,
  type PreparedAppend,
  type Verdict,
} from './append-group.ts';
import { UnstorableEvent } from './errors.ts';
import { EVENT_COLUMNS, sequencedEvent, storedEvent, type EventRow, type SequencedRow } from './event-rows.ts';
import type { Append, Appended, InlineProjection, SequencedEvent, StoredEvent } from './events.ts';
import { GROUP_COMMIT_DEFAULTS, GroupCommit, type GroupCommitOptions } from './group-commit.ts';
import { APPENDED, type HintBus } from './hint-bus.ts';
import type { LogTail } from './log-tail.ts';
import { Upcasters } from './upcasters.ts';

export interface EventStoreParts {
  /** As a role that may append. Not ended by the store. */
  pool: Pool;
  hints: HintBus;
  tail: LogTail;
  inline?: readonly InlineProjection[];
  upcasters?: Upcasters;
  groupCommit?: Partial<GroupCommitOptions>;
  /** Told of every append: how it ended and its milliseconds, waiting for its group included. */
  measure?: (outcome: 'stored' | 'refused', milliseconds: number) => void;
}

interface QueuedAppend extends PreparedAppend {
  readonly settle: (result: Appended | Error) => void;
}

export interface ReadAll {
  /** Events after `fromPosition + window` are not looked at, so that a rare type never scans the whole log. */
  window?: number;
  types?: readonly string[];
  limit?: number;
}

export class EventStore {
  readonly #pool: Pool;
  readonly #db: Kysely<unknown>;
  readonly #hints: HintBus;
  readonly #tail: LogTail;
  readonly #inline: readonly InlineProjection[];
  readonly #upcasters: Upcasters;
  readonly #groups: GroupCommit<QueuedAppend>;
  readonly #measure: EventStoreParts['measure'];

  constructor(parts: EventStoreParts) {
    const { pool, hints, tail, inline = [], upcasters = new Upcasters(), groupCommit = {}, measure } = parts;
    this.#measure = measure;
    this.#pool = pool;
    this.#db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
    this.#hints = hints;
    this.#tail = tail;
    this.#inline = inline;
    this.#upcasters = upcasters;
    this.#groups = new GroupCommit((group) => this.#commit(group), { ...GROUP_COMMIT_DEFAULTS, ...groupCommit });
  }

  /** Rejects with ConcurrencyConflict, CommandReused, AlreadyTaken, EmptyAppend or UnstorableEvent; nothing is stored then. */
  append(append: Append): Promise<Appended> {
    return new Promise((resolve, reject) => {
      const began = performance.now();
      const settle = (result: Appended | Error): void => {
        this.#measure?.(result instanceof Error ? 'refused' : 'stored', performance.now() - began);
        if (result instanceof Error) reject(result);
        else resolve(result);
      };
      const accepted = this.#groups.add({ ...prepare(append), settle });
      if (!accepted) reject(new Error('Too many appends are waiting for the database; try again.'));
    });
  }

  /** Events of one stream in order, from a version on (default: all). Sees an append as soon as it has resolved. */
  async readStream(streamId: string, fromVersion = 1): Promise<StoredEvent[]> {
    const { rows } = await this.#pool.query<EventRow>({
      name: 'es.read_stream',
      text: `select ${EVENT_COLUMNS} from es.events e
             where e.stream_id = $1 and e.stream_version >= $2 order by e.stream_version`,
      values: [streamId, fromVersion],
    });
    return rows.map((row) => storedEvent(row, this.#upcasters));
  }

  /** Events of many streams, each from its own version on, in one statement; in order within a stream. */
  async readStreams(fromVersions: ReadonlyMap<string, number>): Promise<StoredEvent[]> {
    const { rows } = await this.#pool.query<EventRow>({
      name: 'es.read_streams',
      text: `select ${EVENT_COLUMNS}
             from unnest($1::text[], $2::bigint[]) as wanted(stream_id, from_version)
             join es.events e on e.stream_id = wanted.stream_id and e.stream_version >= wanted.from_version
             order by e.stream_id, e.stream_version`,
      values: [[...fromVersions.keys()], [...fromVersions.values()]],
    });
    return rows.map((row) => storedEvent(row, this.#upcasters));
  }

  /** Events from a position on, in the order of the log. */
  async readAll(fromPosition: number, { limit = 500, types, window }: ReadAll = {}): Promise<SequencedEvent[]> {
    // PostgreSQL expects a single row of this join, whatever there are, and would read all events or start parallel workers
    // for it. What keeps the two apart (a limit that cuts nothing off, an offset of 0) makes it take the positions in their
    // order and look up one event after the other.
    const { rows } = await this.#pool.query<SequencedRow>(
      `select l.position, ${EVENT_COLUMNS}
       from (select position, event_id, recorded_at from es.ledger
             where position >= $1 and ($2::bigint is null or position < $1 + $2)
               and ($3::text[] is null or event_type = any($3))
             order by position limit $2) l
         cross join lateral (select * from es.events
           where event_id = l.event_id and recorded_at = l.recorded_at offset 0) e
       order by l.position limit $4`,
      [fromPosition, window ?? null, types ?? null, limit],
    );
    return rows.map((row) => sequencedEvent(row, this.#upcasters));
  }

  /** Waits for the sequencer; null when the deadline passes first. */
  async positionOf(eventId: string, timeoutMs: number): Promise<number | null> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const seen = this.#tail.size;
      const { rows } = await this.#pool.query<{ position: string }>({
        name: 'es.position_of',
        text: 'select position from es.ledger where event_id = $1',
        values: [eventId],
      });
      if (rows[0] !== undefined) return Number(rows[0].position);
      const left = deadline - performance.now();
      if (left <= 0 || !(await this.#tail.longerThan(seen, left))) return null;
    }
  }

  async #commit(group: QueuedAppend[]): Promise<void> {
    try {
      const verdicts = await this.#write(group);
      group.forEach((item, index) => {
        const verdict = verdicts.get(index);
        item.settle(verdict === undefined ? new Error('the database gave no verdict') : outcome(item, verdict));
      });
      this.#hints.publish(APPENDED, {});
    } catch (error) {
      await this.#afterFailure(group, error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** One bad item must not fail its neighbours: each is tried alone, and only the bad one hears of it. */
  async #afterFailure(group: QueuedAppend[], error: Error): Promise<void> {
    if (group.length > 1 && isVerdictOfTheDatabase(error)) {
      for (const item of group) await this.#commit([item]);
      return;
    }
    const sqlState = sqlStateOf(error);
    const told = sqlState.startsWith('22') ? new UnstorableEvent(error.message, { cause: error }) : error;
    for (const item of group) item.settle(told);
  }

  async #write(group: QueuedAppend[]): Promise<Map<number, Verdict>> {
    const values = groupArguments(group);
    const types = new Set(group.flatMap((item) => item.events.map((event) => event.type)));
    const concerned = this.#inline.filter((projection) => projection.types.some((type) => types.has(type)));
    if (concerned.length === 0) {
      const { rows } = await this.#pool.query<Verdict>({
        name: 'es.append_group',
        text: APPEND_GROUP,
        values: [...values],
      });
      return new Map(rows.map((row) => [row.item - 1, row]));
    }
    return this.#db.transaction().execute(async (trx) => {
      const { rows } = await trx.executeQuery<Verdict>(CompiledQuery.raw(APPEND_GROUP, [...values]));
      const verdicts = new Map(rows.map((row) => [row.item - 1, row]));
      const stored = group.flatMap((item, index) => {
        const verdict = verdicts.get(index);
        return verdict === undefined ? [] : storedEvents(item, verdict, this.#upcasters);
      });
      for (const projection of concerned) {
        const theirs = stored.filter((event) => projection.types.includes(event.type));
        if (theirs.length > 0) await projection.apply(trx, theirs);
      }
      return verdicts;
    });
  }
}

function sqlStateOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** An answer of the database, not a lost connection: after that one the outcome is unknown, and only the caller may repeat. */
function isVerdictOfTheDatabase(error: Error): boolean {
  const state = sqlStateOf(error);
  if (state === '') return true;
  return /^[0-9A-Z]{5}$/.test(state) && !/^(08|57|53|XX)/.test(state);
}
