// An operator is signed in, and the address they are signed in from cannot be read: cut off, changed, or sealed under a key
// that is gone. Nobody else's work fails for it, and nothing is done that might cut them off.
import { PreviewBlock } from '@muster/contracts/bans';
import { newId } from '@muster/kernel/ids';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { World } from '../../main/testing/world.ts';
import { queryClass } from '../../platform/cqrs/messages.ts';
import { ClientsOfServers } from '../clients/index.ts';
import { blocksProjection } from './projections/blocks/blocks.projection.ts';
import { PreviewBlockHandler } from './queries/preview-block.query.ts';
import { KeepSystemProtections } from './schedules/keep-system-protections.schedule.ts';
import { Sightings } from './sightings.ts';
import { Api } from './testing/api.ts';

let world: World;
let api: Api;
let previewing: PreviewBlockHandler;
let keeper: KeepSystemProtections;

beforeAll(async () => {
  world = await World.open();
  api = new Api(world);
  const { database, store } = world.app;
  const clients = new ClientsOfServers(database);
  previewing = new PreviewBlockHandler(api.reach, clients, store, api.views, new Sightings(database));
  world.follow(blocksProjection);
  const { worker, hints } = world;
  keeper = new KeepSystemProtections(worker.database, worker.store, api.system(worker.database), hints);
  await api.server('fra-web-01', '192.0.2.10');
});
afterAll(() => world?.close());

async function refusalOf(range: string): Promise<string | null> {
  const Preview = queryClass(PreviewBlock.name);
  if (!Preview) throw new Error('nothing answers a preview');
  const wish = { range, target: { kind: 'fleet' }, seconds: 3600 };
  return (await previewing.execute(new Preview(wish, api.context()) as never)).refusal;
}
async function replaceSource(sessionId: string, source: string): Promise<void> {
  await world.superuser.query('update muster.access_sessions set source = $2 where session_id = $1', [
    sessionId,
    source,
  ]);
}
async function protectedOperators(): Promise<string[]> {
  await keeper.run(new Date());
  const { rows: last } = await world.superuser.query<{ event_id: string }>(
    'select event_id from es.events order by recorded_at desc, event_id desc limit 1',
  );
  await world.settled(last[0]?.event_id ?? '');
  const { rows } = await world.superuser.query<{ address: string }>(
    `select host(range) as address from muster.bans_protections
     where kind = 'live-operator' and ended_at is null order by 1`,
  );
  return rows.map(({ address }) => address);
}

const WORDS =
  ' may hold the address of somebody signed in right now, which cannot be read. It is written down anew with their next request, or when they sign in again';

test.each([
  ['empty', ''],
  ['cut off', `sealed:1:${newId()}`],
  ['without a ciphertext', `sealed:1:${newId()}:`],
  ['of nobody', 'sealed:1:nobody:AAAA'],
  ['of somebody whose key is gone', `sealed:1:${newId()}:AAAA`],
])('an address that is %s: only what may be it is refused, in words', async (_, source) => {
  const sessionId = await api.signIn('198.51.100.7');
  await replaceSource(sessionId, source);
  expect(await refusalOf('198.51.100.7')).toBe(`198.51.100.7${WORDS}`);
  expect(await refusalOf('198.51.100.8')).toBeNull();
  expect(await refusalOf('203.0.113.0/24')).toBe(`203.0.113.0/24${WORDS}`);
  await api.signOut(sessionId);
  expect(await refusalOf('203.0.113.0/24')).toBeNull();
});

test('an address whose ciphertext was changed, the same', async () => {
  const sessionId = await api.signIn('198.51.100.7');
  const { rows } = await world.superuser.query<{ source: string }>(
    'select source from muster.access_sessions where session_id = $1',
    [sessionId],
  );
  const [scheme, version, subject] = (rows[0]?.source ?? '').split(':');
  for (const body of ['AAAA', Buffer.alloc(40).toString('base64')]) {
    await replaceSource(sessionId, [scheme, version, subject, body].join(':'));
    expect(await refusalOf('203.0.113.0/24')).toBe(`203.0.113.0/24${WORDS}`);
  }
  await api.signOut(sessionId);
});

test('what protects operators is kept while one of them cannot be read, and others come to be protected', async () => {
  const unread = await api.signIn('2001:db8::7');
  const readable = await api.signIn('2001:db8::8');
  expect(await protectedOperators()).toEqual(['2001:db8::7', '2001:db8::8']);
  await replaceSource(unread, '');
  await api.signOut(readable);
  await api.signIn('2001:db8::9');
  expect(await protectedOperators()).toEqual(['2001:db8::7', '2001:db8::8', '2001:db8::9']);
  await api.signOut(unread);
  expect(await protectedOperators()).toEqual(['2001:db8::9']);
});
