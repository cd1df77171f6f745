// One call of es.append_group: how a group of appends is written down for it, and what its verdicts mean.
import { canonicalText } from '@muster/kernel/canonical-json';
import { newId } from '@muster/kernel/ids';
import { AlreadyTaken, CommandReused, ConcurrencyConflict, EmptyAppend, UnstorableEvent } from './errors.ts';
import type { Append, Appended, Reservation, StoredEvent } from './events.ts';
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
  /** Number of the item in its group, from 1. */
  item: number;
  status: 'ok' | 'replayed' | 'reused' | 'conflict' | 'taken' | 'empty';
  stream_id: string;
  from_version: string | null;
  to_version: string;
  event_ids: string[] | null;
  recorded_at: Date;
  detail: string | null;
}

/** Every argument is an array: the columns of the items, of their events, and of what they reserve and release. */
export const APPEND_GROUP = `select * from es.append_group(${Array.from({ length: 19 }, (_, i) => `$${i + 1}`).join(', ')})`;

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

export type GroupArguments = readonly (readonly (string | number | Buffer)[])[];

/** The arguments of es.append_group, in its order. */
export function groupArguments(group: readonly PreparedAppend[]): GroupArguments {
  const appends = group.map((item) => item.append);
  const events = group.flatMap((item) => item.events);
  return [
    appends.map((append) => append.commandId),
    appends.map((append) => append.actor),
    appends.map(({ requestHash }) => Buffer.from(requestHash.buffer, requestHash.byteOffset, requestHash.byteLength)),
    appends.map((append) => append.tenantId),
    appends.map((append) => append.streamId),
    appends.map((append) => append.streamType),
    appends.map(({ expectedVersion }) => expectedNumber(expectedVersion)),
    group.map((item) => item.meta),
    group.map((item) => item.events.length),
    events.map((event) => event.eventId),
    events.map((event) => event.type),
    events.map((event) => event.version),
    events.map((event) => event.body),
    ...reservationColumns(appends.map((append) => append.reserve)),
    ...reservationColumns(appends.map((append) => append.release)),
  ];
}

function expectedNumber(expected: Append['expectedVersion']): number {
  if (expected === 'any') return -1;
  return expected === 'new' ? 0 : expected;
}

/** Number of the item (from 1), namespace, key. */
function reservationColumns(
  perItem: readonly (readonly Reservation[] | undefined)[],
): [items: number[], namespaces: string[], keys: string[]] {
  const items: number[] = [];
  const namespaces: string[] = [];
  const keys: string[] = [];
  perItem.forEach((reservations, index) => {
    for (const { namespace, key } of reservations ?? []) {
      items.push(index + 1);
      namespaces.push(namespace);
      keys.push(key);
    }
  });
  return [items, namespaces, keys];
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
