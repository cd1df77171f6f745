// The oldest PostgreSQL we support, in a container: migrations, an append, positions, and the guard of history. The
// embedded one of all other tests is newer.
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { sha256 } from '@muster/kernel/hashing';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import { EventStore, InProcessHintBus, LogTail } from '@muster/control-plane/platform/event-store/index';
import { LOGIN_ROLES, migrate } from '@muster/migrations/runner';
import { PostgreSqlContainer, type StartedPostgreSqlContainer } from '@testcontainers/postgresql';
import pg from 'pg';
import { PullPolicy, Wait } from 'testcontainers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const IMAGE = process.env['POSTGRES_IMAGE'] ?? 'postgres:15-bookworm';
const PASSWORD = 'for-tests-only';

describe(`on ${IMAGE}`, () => {
  let container: StartedPostgreSqlContainer;
  let app: pg.Pool;
  let sequencer: pg.Pool;

  const as = (role: string): pg.Pool => {
    const url = new URL(container.getConnectionUri());
    url.username = role;
    url.password = PASSWORD;
    const pool = new pg.Pool({ connectionString: url.href, max: 4 });
    pool.on('error', () => undefined);
    return pool;
  };

  beforeAll(async () => {
    // The container is stopped below; the library's own reaper would be one more image to fetch.
    process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
    const named = process.env['POSTGRES_IMAGE'] !== undefined;
    const wanted = new PostgreSqlContainer(IMAGE).withWaitStrategy(Wait.forHealthCheck().withStartupTimeout(60_000));
    container = await (named ? wanted.withPullPolicy(PullPolicy.neverPull()) : wanted).start();
    const passwords = Object.fromEntries(LOGIN_ROLES.map((role) => [role, PASSWORD]));
    await migrate(container.getConnectionUri(), { passwords });
    app = as('muster_app');
    sequencer = as('muster_sequencer');
  });
  afterAll(async () => {
    await app?.end();
    await sequencer?.end();
    await container?.stop();
  });

  it('is of version 15, and the migrations leave nothing to do', async () => {
    const { rows } = await app.query<{ version: string }>('select current_setting($1) as version', ['server_version']);
    expect(rows[0]?.version).toMatch(/^15\./);
    expect((await migrate(container.getConnectionUri())).applied).toEqual([]);
  });

  it('stores an event, gives it a position, and lets nobody change it', async () => {
    const hints = new InProcessHintBus();
    const tail = new LogTail(app, hints);
    const store = new EventStore({ pool: app, hints, tail });
    const commandId = newId();
    const appended = await store.append({
      commandId,
      actor: 'test',
      requestHash: sha256(canonicalBytes({ a: 1 })),
      tenantId: DEFAULT_TENANT,
      streamId: `test-${commandId}`,
      streamType: 'test',
      expectedVersion: 'new',
      events: [{ type: 'test.Happened', version: 1, data: { a: 1 } }],
      meta: {
        v: 1,
        actor: 'test',
        actorKind: 'system',
        software: 'test',
        correlation: commandId,
        tenant: DEFAULT_TENANT,
      },
    });
    await sequencer.query('select * from es.sequence_pending(10)');
    expect(await store.positionOf(appended.eventIds[0] ?? '', 5000)).toBe(0);
    await expect(app.query('delete from es.events')).rejects.toThrow(/permission denied/);
    const superuser = new pg.Client({ connectionString: container.getConnectionUri() });
    await superuser.connect();
    await expect(superuser.query('update es.events set body = body')).rejects.toThrow(/append-only|forbidden/i);
    await superuser.end();
    await tail.stop();
  });
});
