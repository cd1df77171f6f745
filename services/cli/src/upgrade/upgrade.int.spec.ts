// The database's part of an upgrade, on a real PostgreSQL: what is refused, and that the way back leads exactly back.
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDatabase, type TestDatabase } from '../../../../test/support/postgres.ts';
import { checkUpgrade } from './check-upgrade.ts';
import { finishUpgrade } from './finish-upgrade.ts';
import { goBack, keepDatabase } from './kept-database.ts';

let database: TestDatabase;
const left: string[] = [];

beforeEach(async () => {
  database = await createDatabase();
});
afterEach(async () => {
  for (const name of left.splice(0)) await onServer(`drop database if exists "${name}" with (force)`);
  await database.drop();
});

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}
const onServer = (text: string) => {
  const url = new URL(database.url);
  url.pathname = '/postgres';
  return query(url.href, text);
};
const APPLIED = 'select name from muster_migrations.kysely_migration order by name';
const FORGET = `delete from muster_migrations.kysely_migration where name like '0050%'`;

describe('before an upgrade', () => {
  it('nothing is in the way, and what will be applied is named', async () => {
    expect(await checkUpgrade(database.url)).toMatchObject({ problems: [], pending: [] });
    await query(database.url, FORGET);
    expect((await checkUpgrade(database.url)).pending).toEqual(['0050_releases_rollouts']);
  });

  it('a database of a newer release is refused', async () => {
    await query(
      database.url,
      `insert into muster_migrations.kysely_migration values ('9999_audit_later', now()::text)`,
    );
    const { problems } = await checkUpgrade(database.url);
    expect(problems).toEqual(['The database has 9999_audit_later, which this release does not know: it is older.']);
  });

  it('a restore that is not over is refused', async () => {
    await query(
      database.url,
      `insert into muster.operations_holds (hold_id, tenant_id, reason, epoch, backup_taken_at, size, began_at)
       values (gen_random_uuid(), gen_random_uuid(), 'restore', 2, now(), 0, now())`,
    );
    expect((await checkUpgrade(database.url)).problems.join()).toContain('A restore is not over');
  });
});

describe('the way back', () => {
  it('is refused while a process is connected', async () => {
    const client = new pg.Client({ connectionString: database.url, application_name: 'muster-worker' });
    await client.connect();
    await expect(keepDatabase(database.url, new Date())).rejects.toThrow('in use by muster-worker');
    await client.end();
  });

  it('leads to the database from before, and keeps the other one', async () => {
    const before = await query(database.url, APPLIED);
    const kept = await keepDatabase(database.url, new Date());
    await query(database.url, FORGET);
    const failed = await goBack(database.url, kept, new Date());
    left.push(failed);
    expect(await query(database.url, APPLIED)).toEqual(before);
    const other = new URL(database.url);
    other.pathname = `/${failed}`;
    expect(await query(other.href, APPLIED)).toHaveLength(before.length - 1);
  });
});

describe('after an upgrade', () => {
  it('the ledger says what ran, what runs, and what changed', async () => {
    const kept = await keepDatabase(database.url, new Date());
    left.push(kept);
    const earlier = new URL(database.url);
    earlier.pathname = `/${kept}`;
    await query(earlier.href, FORGET);
    const migrations = await finishUpgrade(database.url, { kept, from: 'muster:1', to: 'muster:2' });
    expect(migrations).toEqual(['0050_releases_rollouts']);
    const [event] = await query(
      database.url,
      `select convert_from(body, 'UTF8') as body from es.events where event_type = 'audit.MusterUpgraded'`,
    );
    expect(JSON.parse(String(event?.['body']))).toEqual({ from: 'muster:1', to: 'muster:2', migrations });
  });
});
