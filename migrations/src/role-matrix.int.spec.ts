// What each role must not be able to do to the ledger, tried one by one; and what not even a superuser does by
// accident. The list is the promise: a new way to change history belongs in here.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../../test/support/postgres.ts';
import { LOGIN_ROLES as ROLES, type LoginRole as Role } from './roles.ts';

let database: TestDatabase;
let partition: string;
let superuser: pg.Client;
const clients = new Map<Role, pg.Client>();

const EVENT_ID = '01900000-0000-7000-8000-000000000001';
const GROUP = `select * from es.append_group(
  array['${EVENT_ID}']::uuid[], '{test}', array[decode(repeat('00', 32), 'hex')], array['${EVENT_ID}']::uuid[], '{s}', '{test}',
  '{-1}', array['{}'], '{1}', array['${EVENT_ID}']::uuid[], '{t}', '{1}', array['{}'], '{1}', '{n}', '{k}', '{}', '{}', '{}')`;
const EMPTY_GROUP = `select * from es.append_group(${Array(19).fill("'{}'").join(', ')})`;

beforeAll(async () => {
  database = await createDatabase();
  superuser = new pg.Client({ connectionString: database.url });
  await superuser.connect();
  await superuser.query(GROUP);
  await superuser.query('select * from es.sequence_pending(10)');
  await superuser.query("select es.grow_tree(0, 1, '{0}', '{0}', array[leaf_hash], leaf_hash, 'note') from es.ledger");
  const { rows } = await superuser.query('select tableoid::regclass::text as name from es.events');
  partition = rows[0].name;
  for (const role of ROLES) {
    const client = new pg.Client({ connectionString: database.urlAs(role) });
    await client.connect();
    clients.set(role, client);
  }
});
afterAll(async () => {
  await Promise.all([superuser, ...clients.values()].map((client) => client?.end()));
  await database?.drop();
});

async function as(role: Role, statement: string): Promise<string> {
  const client = clients.get(role);
  if (client === undefined) throw new Error(`${role} is not connected`);
  return attempt(client, statement);
}

/** The SQLSTATE, or `allowed`. Nothing stays: the statement runs in a transaction that is rolled back. */
async function attempt(client: pg.Client, statement: string): Promise<string> {
  await client.query('begin');
  try {
    await client.query(statement.replaceAll('PARTITION', partition));
    return 'allowed';
  } catch (error) {
    return error instanceof pg.DatabaseError ? (error.code ?? 'no code') : String(error);
  } finally {
    await client.query('rollback');
  }
}

const HISTORY = ['es.events', 'PARTITION', 'es.ledger', 'es.appends', 'es.checkpoints', 'es.tiles', 'es.ddl_alerts'];
const FORBIDDEN = [
  ...HISTORY.flatMap((table) => [`delete from ${table}`, `truncate ${table}`, `drop table ${table}`]),
  "update es.events set body = ''",
  "update PARTITION set body = ''",
  'update es.ledger set position = position + 1',
  'update es.appends set from_version = 9',
  "update es.checkpoints set note = ''",
  'update es.tiles set hashes = hashes || hashes',
  'update es.witness_cosignatures set key_id = key_id',
  'update es.streams set version = 1',
  'delete from es.streams',
  'update es.log_state set size = 0',
  "update es.log_state set origin = 'other'",
  'update es.tree_state set size = 0',
  'delete from es.pending',
  'delete from es.reservations',
  'delete from es.subscriptions',
  'insert into es.events select * from es.events',
  'insert into PARTITION select * from es.events',
  'insert into es.ledger select * from es.ledger',
  'insert into es.pending default values',
  'insert into es.checkpoints select * from es.checkpoints',
  'insert into es.tiles select * from es.tiles',
  "insert into es.streams values ('x', gen_random_uuid(), 'x', 1)",
  "set session_replication_role = 'replica'",
  'alter table es.events detach partition PARTITION',
  'alter table es.events disable trigger all',
  'alter table PARTITION disable trigger append_only',
  'drop trigger append_only on es.events',
  'drop trigger append_only_row on PARTITION',
  'alter table es.ledger add column x int',
  'create table es.mine (x int)',
  'create or replace function es.refuse_change() returns trigger language plpgsql as $$ begin return new; end $$',
  'alter function es.append_group owner to current_user',
  "select es.protect('es.streams')",
  'set role muster_owner',
  'set session authorization muster_owner',
  'grant muster_owner to current_user',
  'alter role muster_app superuser',
  'create role intruder',
  'alter event trigger muster_note_ddl disable',
  'drop event trigger muster_note_drop',
  "copy es.events to program 'cat'",
  "select lo_import('/etc/passwd')",
  "select pg_read_file('/etc/passwd')",
];

describe.each(ROLES)('%s', (role) => {
  test.each(FORBIDDEN)('is refused: %s', async (statement) => {
    // 42501 insufficient_privilege; 42704 is not an answer of a privilege check and would hide a typing error.
    expect(await as(role, statement)).toBe('42501');
  });
});

describe('only who has to', () => {
  const may = async (statement: string): Promise<Role[]> => {
    const answers = await Promise.all(ROLES.map(async (role) => ({ role, answer: await as(role, statement) })));
    for (const { answer } of answers) expect(['allowed', '42501']).toContain(answer);
    return answers.filter(({ answer }) => answer === 'allowed').map(({ role }) => role);
  };
  test('appends', async () => {
    const acting = ['muster_app', 'muster_worker', 'muster_gateway', 'muster_signer'];
    expect(await may(EMPTY_GROUP)).toEqual(acting);
  });
  test('gives positions and grows the tree', async () => {
    expect(await may('select * from es.sequence_pending(1)')).toEqual(['muster_sequencer']);
    expect(await may('select es.ensure_partitions()')).toEqual(['muster_sequencer']);
  });
  test('moves checkpoints of subscriptions', async () => {
    expect(await may("insert into es.subscriptions values ('a', 1, -1)")).toEqual(['muster_worker']);
  });
  test('stores what witnesses signed', async () => {
    const insert = `insert into es.witness_cosignatures (size, witness_id, key_id, root, signature, cosigned_at)
                    select 1, 'w', 'k', root, decode(repeat('00', 64), 'hex'), now() from es.checkpoints`;
    expect(await may(insert)).toEqual(['muster_gateway']);
  });
  test('reads what events say: neither the sequencer nor the prober', async () => {
    const blind: readonly Role[] = ['muster_sequencer', 'muster_prober'];
    expect(await may('select body from es.events')).toEqual(ROLES.filter((role) => !blind.includes(role)));
  });
});

describe('a superuser', () => {
  const changes = [
    ...HISTORY.filter((table) => table !== 'es.ddl_alerts').map((table) => `delete from ${table}`),
    ...HISTORY.map((table) => `truncate ${table} cascade`),
    "update es.events set body = ''",
    "update PARTITION set body = ''",
    'update es.ledger set position = 7',
    'update es.tiles set hashes = substring(hashes from 1 for 0) || sha256(hashes)',
    'update es.log_state set size = 0',
    'update es.tree_state set size = 0',
  ];
  test.each(changes)('is stopped by a trigger: %s', async (statement) => {
    expect(await attempt(superuser, statement)).toBe('ES403');
  });
  test.each(changes)('is stopped also under session_replication_role = replica: %s', async (statement) => {
    await superuser.query("set session_replication_role = 'replica'");
    try {
      expect(await attempt(superuser, statement)).toBe('ES403');
    } finally {
      await superuser.query('reset session_replication_role');
    }
  });
  test('who detaches a partition leaves its triggers on it, and an alert', async () => {
    await superuser.query('begin');
    await superuser.query(`alter table es.events detach partition ${partition}`);
    const { rows } = await superuser.query(
      'select tag, object, who, statement from es.ddl_alerts order by alert_id desc limit 1',
    );
    expect(rows[0]).toMatchObject({ tag: 'ALTER TABLE', statement: expect.stringContaining('detach partition') });
    await expect(superuser.query(`delete from ${partition}`)).rejects.toMatchObject({ code: 'ES403' });
    await superuser.query('rollback');
  });
  test('who drops a trigger leaves an alert', async () => {
    await superuser.query('begin');
    await superuser.query('drop trigger append_only on es.ledger');
    const { rows } = await superuser.query('select tag from es.ddl_alerts order by alert_id desc limit 1');
    expect(rows).toEqual([{ tag: 'DROP TRIGGER' }]);
    await superuser.query('rollback');
  });
});
