// Checkpoints of subscriptions: moved by compare-and-set in the transaction of the work itself, so that a second
// worker that did the same work rolls back.
import { sql, type Kysely } from 'kysely';
import type { EventStoreTransaction } from '../event-store/index.ts';
import type { Subscription, SubscriptionState } from './subscription.ts';

type Key = Pick<Subscription, 'name' | 'version'>;

interface Row {
  name: string;
  version: number;
  position: string;
  status: 'running' | 'paused';
  failed_position: string | null;
  failure: string | null;
  updated_at: Date;
}

/** Another worker moved the checkpoint, or somebody paused the subscription, while a batch was being handled. */
export class CheckpointMoved extends Error {
  override readonly name = 'CheckpointMoved';
}

export async function readOrCreate(
  db: Kysely<unknown>,
  { name, version, from }: Subscription,
): Promise<SubscriptionState> {
  const known = await read(db, { name, version });
  if (known !== null) return known;
  await sql`
    insert into es.subscriptions (name, version, position)
    select ${name}, ${version}, case when ${from} = 'now' then size - 1 else -1 end from es.log_state
    on conflict do nothing`.execute(db);
  const made = await read(db, { name, version });
  if (made === null) throw new Error(`the checkpoint of ${name} could not be made`);
  return made;
}

export async function read(db: Kysely<unknown>, { name, version }: Key): Promise<SubscriptionState | null> {
  const { rows } = await sql<Row>`select * from es.subscriptions where name = ${name} and version = ${version}`.execute(
    db,
  );
  return rows[0] === undefined ? null : stateOf(rows[0]);
}

export async function readAll(db: Kysely<unknown>): Promise<SubscriptionState[]> {
  const { rows } = await sql<Row>`select * from es.subscriptions order by name, version`.execute(db);
  return rows.map(stateOf);
}

/**
 * False when another worker handles this subscription at the moment, or has handled what we were about to. Asked before
 * anything is done, because a policy's appends stay when its transaction does not. Held until the transaction ends.
 * `repeatable`: nothing but tables come of this work, and a crash may lose it together with its checkpoint. Its commit does
 * not wait for the disk, and so neither do the appends that need the disk for themselves.
 */
export async function claim(
  trx: EventStoreTransaction,
  { name, version }: Key,
  from: number,
  repeatable: boolean,
): Promise<boolean> {
  const { rows } = await sql<{ position: string }>`
    select position, set_config('synchronous_commit', case when ${repeatable} then 'off' else current_setting('synchronous_commit') end, true) from es.subscriptions
    where name = ${name} and version = ${version} and status = 'running' for update skip locked`.execute(trx);
  return rows[0] !== undefined && Number(rows[0].position) === from;
}

/** Throws CheckpointMoved when it is no longer where this worker read it. */
export async function move(trx: Kysely<unknown>, { name, version }: Key, from: number, to: number): Promise<void> {
  const { numAffectedRows } = await sql`
    update es.subscriptions set position = ${to}, updated_at = clock_timestamp()
    where name = ${name} and version = ${version} and position = ${from} and status = 'running'`.execute(trx);
  if (numAffectedRows !== 1n) throw new CheckpointMoved(`${name}@${version} is no longer at ${from}`);
}

export async function pause(
  db: Kysely<unknown>,
  { name, version }: Key,
  failedPosition: number,
  failure: string,
): Promise<void> {
  await sql`
    update es.subscriptions set status = 'paused', failed_position = ${failedPosition}, failure = ${failure.slice(0, 4000)},
      updated_at = clock_timestamp()
    where name = ${name} and version = ${version} and position < ${failedPosition}`.execute(db);
}

/** After the reason has been mended. The failed event is tried again; it cannot be skipped. */
export async function resume(db: Kysely<unknown>, { name, version }: Key): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update es.subscriptions set status = 'running', failed_position = null, failure = null, updated_at = clock_timestamp()
    where name = ${name} and version = ${version} and status = 'paused'`.execute(db);
  return numAffectedRows === 1n;
}

function stateOf(row: Row): SubscriptionState {
  return {
    name: row.name,
    version: row.version,
    position: Number(row.position),
    status: row.status,
    failedPosition: row.failed_position === null ? null : Number(row.failed_position),
    failure: row.failure,
    updatedAt: row.updated_at,
  };
}
