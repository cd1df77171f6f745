// The directory on a fleet in every state: its set-based reads answer what asking server by server answers.
import { randomUUID } from 'node:crypto';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { World } from '../../main/testing/world.ts';
import { ServerDirectory } from './server-directory.ts';

let world: World;
let directory: ServerDirectory;
let groupId: string;
const ids: string[] = [];

/** Each state beside each other one: what a number is divisible by decides. */
const SERVERS = 210;
const at = (server: number, every: number): boolean => server % every === 0;
const CAPABILITIES = ['bans', 'posture', 'updates'];

beforeAll(async () => {
  world = await World.open();
  directory = new ServerDirectory(world.app.database);
  groupId = newId();
  await world.superuser.query('insert into muster.servers_groups values ($1, $2, $3)', [
    groupId,
    DEFAULT_TENANT,
    'Web',
  ]);
  for (let server = 1; server <= SERVERS; server += 1) ids.push(await written(server));
}, 60_000);
afterAll(() => world?.close());

async function written(server: number): Promise<string> {
  const serverId = newId();
  const { superuser } = world;
  const tenant = at(server, 23) ? randomUUID() : DEFAULT_TENANT;
  await superuser.query(
    `insert into muster.servers_servers (server_id, tenant_id, name, hostname, enrolment_id, agent_key, fingerprint,
       machine_hash, agent_version, offers, observe_only, simulated, confirmed, retired, quarantined, enrolled_at)
     values ($1, $2, $3, $3, $1, '', '', '', '0', '{}', $4, $5, $6, $7, $8, now())`,
    [
      ...[serverId, tenant, `web-${String(server).padStart(3, '0')}`],
      ...[at(server, 7), at(server, 5), !at(server, 11), at(server, 13), at(server, 17)],
    ],
  );
  for (const [index, capability] of CAPABILITIES.entries()) {
    if (at(server, index + 2)) {
      await superuser.query('insert into muster.servers_capabilities values ($1, $2, $3)', [
        ...[serverId, capability, at(server, 4) ? 'observe' : 'managed'],
      ]);
    }
  }
  if (!at(server, 6)) {
    await superuser.query(
      `insert into muster.servers_presence (server_id, heard_at, boot_id, agent_version, machine_hash, address, gateway_id)
       values ($1, now(), '', '0', '', $2, $3)`,
      [serverId, at(server, 9) ? null : `192.0.2.${server}`, at(server, 8) ? newId() : null],
    );
  }
  if (!at(server, 10)) {
    const own = [`192.0.2.${server}`, `10.0.0.${server}/24`, `2001:db8::${server}/64`];
    const interfaces = [
      { name: 'lo', addresses: at(server, 14) ? [] : ['127.0.0.1/8'] },
      { name: 'eth0', addresses: own },
    ];
    await superuser.query(
      `insert into muster.servers_inventory (server_id, at, facts, sha256) values ($1, now(), $2, '')`,
      [serverId, JSON.stringify(at(server, 15) ? {} : { interfaces })],
    );
  }
  if (at(server, 3)) {
    await superuser.query('insert into muster.servers_group_members values ($1, $2)', [groupId, serverId]);
  }
  return serverId;
}

interface Asked {
  readonly name: string;
  readonly managed: readonly string[];
  readonly connected: boolean;
  readonly addresses: readonly string[];
}
/** One statement for each server: slow, and as plain as the question. */
async function oneByOne(among: readonly string[]): Promise<Asked[]> {
  const all: Asked[] = [];
  for (const serverId of among) {
    const { rows } = await world.superuser.query<Asked>(
      `select s.name,
         array(select capability from muster.servers_capabilities where server_id = $1 and mode = 'managed' order by 1) as managed,
         exists (select 1 from muster.servers_presence where server_id = $1 and gateway_id is not null) as connected,
         array(select host(address) from muster.servers_presence where server_id = $1 and address is not null
           union select jsonb_array_elements_text(n -> 'addresses')
           from muster.servers_inventory i, jsonb_array_elements(i.facts -> 'interfaces') n where i.server_id = $1
           order by 1) as addresses
       from muster.servers_servers s
       where s.server_id = $1 and s.tenant_id = $2 and s.confirmed and not s.retired and not s.quarantined`,
      [serverId, DEFAULT_TENANT],
    );
    all.push(...rows);
  }
  return all;
}

describe('a fleet in every state', () => {
  test('is resolved as its servers are one by one', async () => {
    const expected = await oneByOne(ids);
    expect(expected.length).toBeGreaterThan(100);
    const found = (await directory.resolve(DEFAULT_TENANT, { kind: 'fleet' })) ?? [];
    expect(found.map(({ name, managed, connected }) => ({ name, managed: managed.toSorted(), connected }))).toEqual(
      expected.map(({ name, managed, connected }) => ({ name, managed, connected })),
    );
    expect(new Set(await directory.ids(DEFAULT_TENANT, { kind: 'fleet' }))).toEqual(
      new Set(found.map(({ serverId }) => serverId)),
    );
  });

  test('has the addresses that its servers dial from and say, the dialled one first', async () => {
    const expected = await oneByOne(ids);
    const found = await directory.addresses(DEFAULT_TENANT);
    expect(found.map(({ name, addresses }) => ({ name, addresses: addresses.toSorted() }))).toEqual(
      expected.map(({ name, addresses }) => ({ name, addresses: addresses.toSorted() })),
    );
    const first = found.find(({ name }) => name === 'web-001');
    expect(first?.addresses[0]).toBe('192.0.2.1');
    expect(new Set(first?.addresses).size).toBe(first?.addresses.length);
  });

  test('is resolved in its parts, too', async () => {
    const members = ids.filter((_, index) => at(index + 1, 3));
    const group = await directory.resolve(DEFAULT_TENANT, { kind: 'group', groupId });
    expect(group?.map(({ name }) => name)).toEqual((await oneByOne(members)).map(({ name }) => name));
    for (const serverId of ids.slice(0, 30)) {
      const [expected] = await oneByOne([serverId]);
      const found = await directory.resolve(DEFAULT_TENANT, { kind: 'server', serverId });
      expect(found?.[0]?.managed.toSorted() ?? null).toEqual(expected?.managed ?? null);
    }
    expect(await directory.resolve(DEFAULT_TENANT, { kind: 'group', groupId: newId() })).toBeNull();
  });
});
