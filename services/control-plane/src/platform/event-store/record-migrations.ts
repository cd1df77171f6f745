// A migration is an event, whoever brought it: `muster migrate`, an upgrade, or the start that carries its database along.
// What is recorded is what no event has told yet, so that a death between the two is made good at the next start; what a
// restore applies to a backup of an older release is told then as well.
import { SchemaMigrated } from '@muster/contracts/audit';
import type { EventMeta } from '@muster/contracts/ledger';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { sha256 } from '@muster/kernel/hashing';
import { DEFAULT_TENANT, derivedId, newId } from '@muster/kernel/ids';
import pg from 'pg';
import { eventOf, SOFTWARE } from '../cqrs/event-of.ts';
import { ConcurrencyConflict } from './errors.ts';
import { EventStore } from './event-store.ts';
import { InProcessHintBus } from './hint-bus.ts';
import { LogTail } from './log-tail.ts';

const STREAM = 'schema';
/** Each other start that is faster costs one; more at once than this are a mistake. */
const TRIES = 20;

type By = Pick<EventMeta, 'actor' | 'actorKind'>;

/** `url` as the superuser that migrated. Answers the names that were recorded, oldest first. */
export async function recordMigrations(url: string, by: By): Promise<readonly string[]> {
  const pool = new pg.Pool({ connectionString: url, max: 2, application_name: 'muster-migrate' });
  const hints = new InProcessHintBus();
  const tail = new LogTail(pool, hints);
  const store = new EventStore({ pool, hints, tail });
  try {
    for (let left = TRIES; ; left -= 1) {
      try {
        return await record(pool, store, by);
      } catch (error) {
        // Another start was faster, and may have known fewer of them.
        if (!(error instanceof ConcurrencyConflict) || left === 1) throw error;
      }
    }
  } finally {
    await tail.stop();
    await pool.end();
  }
}

async function record(pool: pg.Pool, store: EventStore, { actor, actorKind }: By): Promise<readonly string[]> {
  const { rows } = await pool.query<{ name: string }>(
    'select name from muster_migrations.kysely_migration order by name',
  );
  const told = await store.readStream(STREAM);
  const known = new Set(told.flatMap(({ data }) => SchemaMigrated.schema.parse(data).migrations));
  const migrations = rows.map(({ name }) => name).filter((name) => !known.has(name));
  if (migrations.length === 0) return [];
  // Of an installation that was off for months, nobody has made room for this month's events yet: the sequencer starts later.
  await pool.query('select es.ensure_partitions()');
  const commandId = derivedId(STREAM, String(told.length), ...migrations);
  await store.append({
    commandId,
    actor,
    requestHash: sha256(canonicalBytes([STREAM, commandId])),
    tenantId: DEFAULT_TENANT,
    streamId: STREAM,
    streamType: STREAM,
    expectedVersion: told.length === 0 ? 'new' : told.length,
    events: [eventOf(SchemaMigrated, { migrations })],
    meta: { v: 1, actor, actorKind, software: SOFTWARE, correlation: newId(), tenant: DEFAULT_TENANT },
  });
  return migrations;
}
