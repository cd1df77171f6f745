// Every migration that a database has is told by one event, once, however often and by however many it is started.
import { knownVersions } from '@muster/migrations/runner';
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
    expect(versions).toEqual(await knownVersions());
    expect(await told()).toEqual([]);
    // A start twice at once, and others beside it: who is slower finds that everything is told.
    const others = ['spec', 'spec', 'other', 'third', 'fourth'].map((actor) =>
      recordMigrations(database.url, { ...BY, actor }),
    );
    expect(await Promise.all(others)).toContainEqual(versions);
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

  test('are recorded although nobody has made room for this month’s events', async () => {
    const asleep = await createDatabase();
    const client = new pg.Client({ connectionString: asleep.url });
    await client.connect();
    try {
      const { rows } = await client.query<{ name: string }>(
        `select inhrelid::regclass::text as name from pg_inherits where inhparent = 'es.events'::regclass`,
      );
      expect(rows.length).toBeGreaterThan(0);
      for (const { name } of rows) await client.query(`drop table ${name}`);
      const recorded = await recordMigrations(asleep.url, BY);
      expect(recorded).toEqual(await knownVersions());
      const { rows: stored } = await client.query('select event_type from es.events');
      expect(stored).toEqual([{ event_type: 'audit.SchemaMigrated' }]);
    } finally {
      await client.end();
      await asleep.drop();
    }
  });
});
