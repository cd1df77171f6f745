// Commands on a real PostgreSQL: what is accepted once, what is refused and in which words, and that a repeat is the
// same action.
import { BlockAddress, PreviewBlock, ProtectAddress } from '@muster/contracts/bans';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import type { Target } from '@muster/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandClass, queryClass } from '../../../platform/cqrs/messages.ts';
import { Refusal } from '../../../platform/errors/refusal.ts';
import { ClientsOfServers } from '../../clients/index.ts';
import { blocksProjection } from '../projections/blocks/blocks.projection.ts';
import { PreviewBlockHandler } from '../queries/preview-block.query.ts';
import { EndWhatIsOver } from '../schedules/end-what-is-over.schedule.ts';
import { KeepSystemProtections } from '../schedules/keep-system-protections.schedule.ts';
import { Sightings } from '../sightings.ts';
import { Api, CONTROL_PLANE } from '../testing/api.ts';
import { World } from '../../../main/testing/world.ts';
import { BlockAddressHandler } from './block-address.command.ts';
import { EndProtectionHandler } from './end-protection.command.ts';
import { LiftBlockHandler } from './lift-block.command.ts';
import { ProtectAddressHandler } from './protect-address.command.ts';

let world: World;
let api: Api;
let blocking: BlockAddressHandler;
let lifting: LiftBlockHandler;
let protecting: ProtectAddressHandler;
let ending: EndProtectionHandler;
let previewing: PreviewBlockHandler;
let over: EndWhatIsOver;
let keeper: KeepSystemProtections;
let serverId: string;

beforeAll(async () => {
  world = await World.open();
  api = new Api(world);
  const { database, store } = world.app;
  const clients = new ClientsOfServers(database);
  blocking = new BlockAddressHandler(api.reach, clients, store, api.recorder);
  lifting = new LiftBlockHandler(database, api.directory, clients, store, api.recorder);
  protecting = new ProtectAddressHandler(database, api.directory, clients, store, api.recorder);
  ending = new EndProtectionHandler(api.directory, clients, store, api.recorder);
  previewing = new PreviewBlockHandler(api.reach, clients, store, api.views, new Sightings(database));
  world.follow(blocksProjection);
  over = new EndWhatIsOver(world.worker.database, world.worker.store);
  keeper = new KeepSystemProtections(
    world.worker.database,
    world.worker.store,
    api.system(world.worker.database),
    world.hints,
  );
  serverId = await api.server('fra-web-01', '192.0.2.10');
});
afterAll(() => world?.close());

const FLEET: Target = { kind: 'fleet' };
const wish = (range: string, target: Target = FLEET, seconds: number | null = 3600) => ({
  range,
  target,
  seconds,
  reason: 'Root guessing',
});
/** The message as the bus would make it; each handler takes only its own. */
function message(definition: { name: string }, input: unknown, context = api.context()): never {
  const Message = commandClass(definition.name) ?? queryClass(definition.name);
  if (!Message) throw new Error(`nothing answers ${definition.name}`);
  return new Message(input, context) as never;
}
async function block(input: ReturnType<typeof wish>, context = api.context()) {
  const outcome = await blocking.execute(message(BlockAddress, input, context));
  for (const eventId of outcome.eventIds) await world.settled(eventId);
  return outcome;
}
async function protect(range: string, hours = 1, context = api.context()) {
  const until = new Date(Date.now() + hours * 3600_000).toISOString();
  const input = { range, label: 'Payment callbacks', reason: 'Lost orders', until };
  const outcome = await protecting.execute(message(ProtectAddress, input, context));
  for (const eventId of outcome.eventIds) await world.settled(eventId);
  return outcome;
}
async function sentence(asked: Promise<unknown>): Promise<string> {
  try {
    await asked;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
  return 'accepted';
}
const preview = (input: ReturnType<typeof wish>) => previewing.execute(message(PreviewBlock, input));
async function settleAll(): Promise<void> {
  const { rows } = await world.superuser.query<{ event_id: string }>(
    'select event_id from es.events order by recorded_at desc, event_id desc limit 1',
  );
  await world.settled(rows[0]?.event_id ?? '');
}

describe('a block', () => {
  test('is accepted, reaches the managed servers, and the same command again is the same block', async () => {
    const context = api.context();
    const input = wish('203.0.113.7');
    const first = await block(input, context);
    expect(first).toMatchObject({ replayed: false, answer: { servers: 1 } });
    const again = await block(input, context);
    expect(again).toEqual({ ...first, replayed: true });
    const { rows } = await world.superuser.query('select range, ended_at from muster.bans_blocks');
    expect(rows).toEqual([{ range: '203.0.113.7', ended_at: null }]);
  });

  test('of the same range for no longer is refused; two at the same moment leave one', async () => {
    expect(await sentence(block(wish('203.0.113.7')))).toMatch(
      /^203\.0\.113\.7 is already blocked on the fleet, until \d{4}-\d\d-\d\d \d\d:\d\d UTC$/,
    );
    const both = await Promise.allSettled([block(wish('203.0.113.8')), block(wish('203.0.113.8'))]);
    expect(both.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('is refused in words: who protects it, unknown targets, empty groups, servers that only observe', async () => {
    const observing = await api.server('fra-db-01', '192.0.2.11', 'observe');
    const empty = await api.group('Frankfurt');
    const session = await api.signIn('198.51.100.7');
    const said = await Promise.all([
      sentence(block(wish('192.0.2.10'))),
      sentence(block(wish('198.51.100.0/24'))),
      sentence(block(wish(CONTROL_PLANE))),
      sentence(block(wish('203.0.113.50', { kind: 'server', serverId: newId() }))),
      sentence(block(wish('203.0.113.50', { kind: 'group', groupId: newId() }))),
      sentence(block(wish('203.0.113.50', { kind: 'group', groupId: empty }))),
      sentence(block(wish('203.0.113.50', { kind: 'server', serverId: observing }))),
      sentence(block(wish('0.0.0.0/0'))),
    ]);
    expect(said).toEqual([
      '192.0.2.10 is never blocked: it belongs to fra-web-01, one of your servers',
      `198.51.100.0/24 touches ${CONTROL_PLANE}, which is never blocked: it is the address of this control plane, and 1 more`,
      `${CONTROL_PLANE} is never blocked: it is the address of this control plane`,
      'There is no server with that id',
      'There is no group with that id',
      'The group Frankfurt has no servers. Assign some to it first',
      'Nothing would be blocked: bans are only observed on fra-db-01. Set the capability bans to managed first',
      '0.0.0.0/0 is too wide: a block reaches at most IPv4 /16',
    ]);
    expect(await sentence(block(wish('198.51.100.7')))).toBe(
      '198.51.100.7 is never blocked: somebody is signed in from there right now',
    );
    await api.signOut(session);
    expect(await sentence(block(wish('198.51.100.7')))).toBe('accepted');
  });

  test('is previewed in the same words, with what it would reach', async () => {
    expect(await preview(wish('203.0.113.64/28'))).toMatchObject({
      range: '203.0.113.64/28',
      addresses: '16',
      servers: 1,
      silent: 1,
      observing: 1,
      refusal: null,
      alreadyBlocked: [],
    });
    const refused = await preview(wish('203.0.113.7', FLEET, 60));
    expect(refused.refusal).toMatch(/^203\.0\.113\.7 is already blocked on the fleet/);
    expect(refused.alreadyBlocked).toHaveLength(1);
    expect((await preview(wish('192.0.2.10'))).refusal).toMatch(/belongs to fra-web-01/);
  });

  test('is lifted once; its end by itself is told once', async () => {
    const { answer } = await block(wish('203.0.113.20'));
    const input = { blockId: answer.blockId, reason: 'Own monitoring' };
    const context = api.context();
    const ask = (with_ = context) => lifting.execute(message({ name: 'bans.LiftBlock' }, input, with_));
    const lifted = await ask();
    expect(lifted).toMatchObject({ replayed: false, answer: { servers: 1 } });
    expect(await ask()).toEqual({ ...lifted, replayed: true });
    expect(await sentence(ask(api.context()))).toBe('The block of 203.0.113.20 was lifted already');

    await block(wish('203.0.113.21', { kind: 'server', serverId }, 60));
    const later = new Date(Date.now() + 61_000);
    await Promise.all([over.run(later), over.run(later)]);
    await settleAll();
    await over.run(later);
    const { rows } = await world.superuser.query(
      `select range, ended_why from muster.bans_blocks where range in ('203.0.113.20', '203.0.113.21') order by range`,
    );
    expect(rows).toEqual([
      { range: '203.0.113.20', ended_why: 'lifted' },
      { range: '203.0.113.21', ended_why: 'expired' },
    ]);
  });

  test('of another tenant is not found', async () => {
    const { answer } = await block(wish('203.0.113.30'));
    const stranger = { ...api.context(), principal: { ...api.operator, tenantId: newId() } };
    const input = { blockId: answer.blockId, reason: 'Own monitoring' };
    expect(await sentence(lifting.execute(message({ name: 'bans.LiftBlock' }, input, stranger)))).toBe(
      'There is no block with that id',
    );
  });
});

describe('the never-blocked list', () => {
  test('frees what it covers and says so, refuses a block after that, and ends', async () => {
    await block(wish('203.0.113.99'));
    const { answer } = await protect('203.0.113.96/29');
    expect(answer.frees.map((freed) => freed.range)).toEqual(['203.0.113.99']);
    expect(await sentence(protect('203.0.113.96/29', 0.5))).toMatch(
      /^203\.0\.113\.96\/29 is on the never-blocked list already, as Payment callbacks, until/,
    );
    expect(await sentence(block(wish('203.0.113.97')))).toMatch(
      /^203\.0\.113\.97 touches 203\.0\.113\.96\/29, which is never blocked: Payment callbacks, on the never-blocked list by its owner until/,
    );
    const end = (context = api.context()) =>
      ending.execute(message({ name: 'bans.EndProtection' }, { entryId: answer.entryId }, context));
    for (const eventId of (await end()).eventIds) await world.settled(eventId);
    expect(await sentence(end())).toBe('The entry for 203.0.113.96/29 has ended already');
    expect(await sentence(block(wish('203.0.113.97')))).toBe('accepted');
  });

  test('follows servers, the control plane and sessions by itself, without a change where nothing changed', async () => {
    const standing = async () => {
      const { rows } = await world.superuser.query<{ entry: string }>(
        `select kind || ' ' || host(range) as entry from muster.bans_protections
         where origin = 'system' and ended_at is null order by 1`,
      );
      return rows.map((row) => row.entry);
    };
    const session = await api.signIn('2001:db8::7');
    await api.signIn('127.0.0.1');
    const ofClient = await api.signIn('2001:db8::8', { kind: 'client', clientId: newId() });
    await Promise.all([keeper.run(new Date()), keeper.run(new Date())]);
    await settleAll();
    const all = [
      `control-plane ${CONTROL_PLANE}`,
      'live-operator 2001:db8::7',
      'own-server 192.0.2.10',
      'own-server 192.0.2.11',
    ];
    expect(await standing(), 'a client’s people can be blocked while they are signed in').toEqual(all);
    await api.signOut(ofClient);
    const count = async () => (await world.superuser.query('select count(*)::int as n from es.events')).rows[0].n;
    const before = await count();
    await keeper.run(new Date());
    expect(await count()).toBe(before);
    await api.signOut(session);
    await keeper.run(new Date());
    await settleAll();
    expect(await standing()).toEqual(all.filter((entry) => !entry.startsWith('live-operator')));
    await api.signIn('2001:db8::7');
    await keeper.run(new Date());
    await settleAll();
    expect(await standing()).toEqual(all);
    const { rows } = await world.superuser.query(
      'select distinct tenant_id from muster.bans_protections where owner is not null',
    );
    expect(rows).toEqual([{ tenant_id: DEFAULT_TENANT }]);
  });
});
