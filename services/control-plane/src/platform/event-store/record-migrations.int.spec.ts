// Every migration that a database has is told by one event, once, however often and by however many it is started.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../../../../../test/support/postgres.ts';
import { recordMigrations } from './record-migrations.ts';

let database: TestDatabase;
let superuser: pg.Pool;
const BY = { actor: 'spec', actorKind: 'system' } as const;

beforeAll(async () => {
  database = await createDatabase();
  superuser = new pg.Pool({ connectionString: database.url, max: 1 });
});
afterAll(async () => {
  await superuser?.end();
  await database?.drop();
});

async function told(): Promise<string[][]> {
  const { rows } = await superuser.query<{ migrations: string[] }>(
    `select convert_from(body, 'UTF8')::jsonb -> 'migrations' as migrations from es.events
     where event_type = 'audit.SchemaMigrated' order by stream_version`,
  );
  return rows.map(({ migrations }) => migrations);
}

describe('migrations', () => {
  test('are an event, whichever brought them, once', async () => {
    const { rows } = await superuser.query<{ name: string }>(
      'select name from muster_migrations.kysely_migration order by name',
    );
    const versions = rows.map(({ name }) => name);
    expect(versions.length).toBeGreaterThan(50);
    expect(await told()).toEqual([]);
    const together = await Promise.all(Array.from({ length: 5 }, () => recordMigrations(database.url, BY)));
    expect(together).toContainEqual(versions);
    expect(await told()).toEqual([versions]);
    expect(await recordMigrations(database.url, BY)).toEqual([]);
    expect(await told()).toHaveLength(1);
  });

  test('that came later are an event of their own', async () => {
    await superuser.query(
      `insert into muster_migrations.kysely_migration values ('9998_audit_later', now()::text), ('9999_audit_last', now()::text)`,
    );
    expect(await recordMigrations(database.url, BY)).toEqual(['9998_audit_later', '9999_audit_last']);
    expect((await told()).slice(1)).toEqual([['9998_audit_later', '9999_audit_last']]);
  });
});
