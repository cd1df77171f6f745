// One call of es.append_group: how a group of appends is written down for it, and what its verdicts mean.
import { canonicalText } from '@muster/kernel/canonical-json';
import { newId } from '@muster/kernel/ids';
import { AlreadyTaken, CommandReused, ConcurrencyConflict, EmptyAppend, UnstorableEvent } from './errors.ts';
import type { Append, Appended, StoredEvent } from './events.ts';
import type { Upcasters } from './upcasters.ts';

/** An append whose content has its final bytes. */
export interface PreparedAppend {
  readonly append: Append;
  readonly meta: string;
  readonly events: readonly PreparedEvent[];
  readonly keys: readonly string[];
}

interface PreparedEvent {
  readonly eventId: string;
  readonly type: string;
  readonly version: number;
  readonly body: string;
}

export interface Verdict {
  item: number;
  status: 'ok' | 'replayed' | 'reused' | 'conflict' | 'taken' | 'empty';
  stream_id: string;
  from_version: string | null;
  to_version: string;
  event_ids: string[] | null;
  recorded_at: Date;
  detail: string | null;
}

export const APPEND_GROUP = 'select * from es.append_group($1::json, $2::json)';

/** PostgreSQL has no NUL in text, and half a surrogate pair is no character. */
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

export function prepare(append: Append): PreparedAppend {
  return {
    append,
    meta: storable(append.meta, 'meta'),
    events: append.events.map((event) => ({
      eventId: event.eventId ?? newId(),
      type: event.type,
      version: event.version,
      body: storable(event.data, event.type),
    })),
    keys: [
      `stream ${append.streamId}`,
      `command ${append.commandId} ${append.actor}`,
      ...[...(append.reserve ?? []), ...(append.release ?? [])].map(
        ({ namespace, key }) => `reservation ${JSON.stringify([append.tenantId, namespace, key])}`,
      ),
    ],
  };
}

function storable(value: unknown, what: string): string {
  const text = canonicalText(value);
  if (UNSTORABLE.test(text)) throw new UnstorableEvent(`${what} holds a NUL character or half a surrogate pair.`);
  return text;
}

/** The two arguments of es.append_group. */
export function groupArguments(group: readonly PreparedAppend[]): [items: string, events: string] {
  const items = group.map(({ append, meta }, i) => ({
    i,
    command_id: append.commandId,
    actor: append.actor,
    request_hash: Buffer.from(append.requestHash).toString('hex'),
    tenant_id: append.tenantId,
    stream_id: append.streamId,
    stream_type: append.streamType,
    expected: append.expectedVersion === 'any' ? -1 : append.expectedVersion === 'new' ? 0 : append.expectedVersion,
    meta,
    reserve: append.reserve ?? [],
    release: append.release ?? [],
  }));
  const events = group.flatMap((item, i) =>
    item.events.map(({ eventId, type, version, body }) => ({ i, event_id: eventId, type, version, body })),
  );
  return [JSON.stringify(items), JSON.stringify(events)];
}

export function outcome(item: PreparedAppend, verdict: Verdict): Appended | Error {
  const { append } = item;
  switch (verdict.status) {
    case 'ok':
    case 'replayed':
      return {
        streamId: verdict.stream_id,
        fromVersion: Number(verdict.from_version),
        toVersion: Number(verdict.to_version),
        eventIds: verdict.event_ids ?? [],
        replayed: verdict.status === 'replayed',
      };
    case 'reused':
      return new CommandReused(append.commandId);
    case 'conflict':
      return new ConcurrencyConflict(append.streamId, append.expectedVersion, Number(verdict.to_version));
    case 'taken': {
      const namespace = verdict.detail ?? '';
      const keys = (append.reserve ?? []).filter((claim) => claim.namespace === namespace).map((claim) => claim.key);
      return new AlreadyTaken(namespace, keys);
    }
    case 'empty':
      return new EmptyAppend(append.streamId);
  }
}

/** What an accepted item stored, for the inline projections. */
export function storedEvents(item: PreparedAppend, verdict: Verdict, upcasters: Upcasters): StoredEvent[] {
  if (verdict.status !== 'ok') return [];
  const first = Number(verdict.from_version);
  return item.events.map((event, index) => ({
    eventId: event.eventId,
    tenantId: item.append.tenantId,
    streamId: item.append.streamId,
    streamVersion: first + index,
    type: event.type,
    ...upcasters.lift(event.type, event.version, item.append.events[index]?.data ?? {}),
    meta: item.append.meta,
    recordedAt: verdict.recorded_at,
  }));
}
