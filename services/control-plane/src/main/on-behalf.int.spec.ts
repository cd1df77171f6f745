// What the operations team blocks for a client stands in that client's own record: as much as is the client's to read, and
// in nobody else's. Only where the client has something, and only for whoever sees the client.
import { newId } from '@muster/kernel/ids';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer, SignedIn } from './testing/running-muster.ts';
import { TwoClients, type Party } from './testing/two-clients.ts';
import { withoutBus } from './testing/without-bus.ts';

const REASON = 'Olga saw the neighbour being attacked too';
let two: TwoClients;
let kestrel: Party;
let merle: Party;
let elsewhere: string;
let groupId: string;
let groupOperator: SignedIn;

beforeAll(async () => {
  two = await TwoClients.start();
  ({ kestrel, merle } = two);
  await two.serve();
  await two.assignByOwner();
  elsewhere = await two.muster.server('fra-mail-01');
  groupId = String((await two.ask('POST', '/api/groups', { name: 'Mail' }))['groupId']);
  await two.ask('POST', `/api/groups/${groupId}/members`, { serverIds: [elsewhere] });
  const scope = { kind: 'group', groupId } as const;
  groupOperator = await two.muster.person('Gina Group', { role: 'operator', scope });
}, 60_000);
afterAll(() => two.stop());

interface Wish {
  readonly range: string;
  readonly onBehalfOf?: string;
  readonly target?: object;
}
function block({ range, onBehalfOf, target }: Wish, as = two.owner, path = '/api/bans/blocks'): Promise<Answer> {
  const body = { range, target: target ?? { kind: 'server', serverId: two.serverId }, seconds: 3600, reason: REASON };
  return two.muster.call('POST', path, as, onBehalfOf === undefined ? body : { ...body, onBehalfOf });
}
type Done = { type: string; by: { kind: string; name: string | null }; data: Record<string, unknown> };
async function doneFor(party: Party): Promise<readonly Done[]> {
  const { entries } = await two.get(`/api/clients/${party.clientId}/done`, party.viewer);
  return (entries as Done[]).filter(({ type }) => type.startsWith('bans.'));
}

test('a preview offers who has something there, own addresses first', async () => {
  const offered = async (range: string, target?: object) => {
    const { body } = await block({ range, ...(target ? { target } : {}) }, two.owner, '/api/bans/blocks/preview');
    return (body['clients'] as { name: string; ownAddress: boolean }[]).map((one) => [one.name, one.ownAddress]);
  };
  expect(await offered('203.0.113.50')).toEqual([
    ['kestrel ltd', false],
    ['merle ltd', false],
  ]);
  expect(await offered('203.0.113.50', { kind: 'server', serverId: elsewhere })).toEqual([]);
  const limits = { perDay: 5, present: true, ranges: ['203.0.113.64/28'] };
  await two.ask('PUT', `/api/clients/${merle.clientId}/limits`, { limits });
  expect(await offered('203.0.113.70')).toEqual([
    ['merle ltd', true],
    ['kestrel ltd', false],
  ]);
  expect(await offered('203.0.113.70', { kind: 'server', serverId: elsewhere })).toEqual([['merle ltd', true]]);
});

test('a block and its end stand in the client’s record, with nothing that is not the client’s to read', async () => {
  const socket = await two.muster.socket(kestrel.viewer);
  const heard: string[] = [];
  socket.on('hint', ({ topic }: { topic: string }) => heard.push(topic));
  await socket.timeout(2000).emitWithAck('subscribe', { topics: [`client:${kestrel.clientId}`] });
  const made = await block({ range: '203.0.113.51', onBehalfOf: kestrel.clientId });
  expect(made.status, made.text).toBe(202);
  await two.muster.until(() => Promise.resolve(heard.length > 0));
  socket.disconnect();
  const [told, ...more] = await doneFor(kestrel);
  expect(told).toMatchObject({
    type: 'bans.BlockedForClient',
    by: { kind: 'team', name: null },
    data: { range: '203.0.113.51' },
  });
  expect(more).toEqual([]);
  const lifted = await two.muster.call('POST', `/api/bans/blocks/${String(made.body['blockId'])}/lift`, two.owner, {
    reason: REASON,
  });
  expect(lifted.status, lifted.text).toBe(202);
  expect((await doneFor(kestrel)).map(({ type }) => type)).toEqual([
    'bans.BlockLiftedForClient',
    'bans.BlockedForClient',
  ]);
  expect(await doneFor(merle)).toEqual([]);
  let bans: string[] = [];
  // It holds what is signed for, which the end of the block will be in a moment.
  await two.muster.until(async () => {
    const { text } = await two.muster.call('GET', `/api/clients/${kestrel.clientId}/extract`, kestrel.admin);
    bans = text.split('\n').filter((line) => line.includes('"type":"bans.'));
    return bans.length >= 2;
  });
  expect(bans).toHaveLength(2);
  expect(bans.join()).toContain('203.0.113.51');
  for (const secret of ['Olga', 'neighbour', two.serverId, 'merle']) expect(bans.join()).not.toContain(secret);
});

test('a block that was nobody’s may be lifted for whoever asked for it', async () => {
  const made = await block({ range: '203.0.113.52' });
  expect(await doneFor(merle)).toEqual([]);
  await two.ask('POST', `/api/bans/blocks/${String(made.body['blockId'])}/lift`, {
    reason: REASON,
    onBehalfOf: merle.clientId,
  });
  expect((await doneFor(merle)).map(({ type, data }) => [type, data['range']])).toEqual([
    ['bans.BlockLiftedForClient', '203.0.113.52'],
  ]);
});

test('an entry of the never-blocked list and its end stand there too, without what is not the client’s to read', async () => {
  const wish = {
    range: '203.0.113.96/29',
    label: 'Their payment provider',
    reason: REASON,
    until: new Date(Date.now() + 86_400_000).toISOString(),
    onBehalfOf: merle.clientId,
  };
  const before = [await doneFor(kestrel), await doneFor(merle)].map(({ length }) => length);
  const made = await two.ask('POST', '/api/bans/protections', wish);
  await two.ask('POST', `/api/bans/protections/${String(made['entryId'])}/end`, {});
  const done = await doneFor(merle);
  const told = done.slice(0, done.length - (before[1] ?? 0));
  expect(told.map(({ type, by }) => [type, by])).toEqual([
    ['bans.ProtectionEndedForClient', { kind: 'team', name: null }],
    ['bans.AddressProtectedForClient', { kind: 'team', name: null }],
  ]);
  expect(told[1]?.data).toMatchObject({ range: wish.range, until: wish.until });
  for (const secret of ['Olga', 'neighbour', 'payment', 'kestrel']) expect(JSON.stringify(told)).not.toContain(secret);
  expect(await doneFor(kestrel)).toHaveLength(before[0] ?? 0);
});

test('an entry is refused for a client that has nothing on the fleet, and for one that does not exist', async () => {
  const { clientId } = await two.ask('POST', '/api/clients', { name: 'Newcomer ltd', externalRef: null });
  const protect = async (onBehalfOf: unknown) => {
    const { status, body } = await two.muster.call('POST', '/api/bans/protections', two.owner, {
      range: '203.0.113.111',
      label: 'x',
      reason: REASON,
      until: new Date(Date.now() + 86_400_000).toISOString(),
      onBehalfOf,
    });
    return [status, body['detail']];
  };
  expect(await protect(clientId)).toEqual([
    409,
    'Newcomer ltd has no site and no server on the fleet, and 203.0.113.111 is not its own',
  ]);
  expect(await protect(newId())).toEqual([404, 'There is no client with that id']);
  const { entries } = await two.ask('GET', '/api/bans/protections');
  expect(JSON.stringify(entries)).not.toContain('203.0.113.111');
});

test('is refused where the client has nothing', async () => {
  const wish = { range: '203.0.113.53', onBehalfOf: kestrel.clientId, target: { kind: 'server', serverId: elsewhere } };
  const refused = await block(wish);
  expect([refused.status, refused.body['code']]).toEqual([409, 'not-concerned']);
  expect(refused.body['detail']).toBe(
    'kestrel ltd has no site and no server on fra-mail-01, and 203.0.113.53 is not its own',
  );
  const preview = await block(wish, two.owner, '/api/bans/blocks/preview');
  expect(preview.body['refusal']).toBe(refused.body['detail']);
});

describe.each([
  ['with the bus’s checks', false],
  ['with the bus’s checks switched off', true],
])('a client out of sight, %s', (_, off) => {
  let restore = (): void => undefined;
  beforeAll(() => {
    if (off) restore = withoutBus(two.muster);
  });
  afterAll(() => restore());

  test('is not found, in the words for one that is not there, and nothing is blocked', async () => {
    const target = { kind: 'group', groupId };
    const answers = await Promise.all(
      [merle.clientId, newId()].map((onBehalfOf) =>
        block({ range: '203.0.113.71', onBehalfOf, target }, groupOperator),
      ),
    );
    const [hidden, absent] = answers.map(({ status, body }) => [status, body['detail']]);
    expect(hidden).toEqual([404, 'There is no client with that id']);
    expect(absent).toEqual(hidden);
    const { body } = await block({ range: '203.0.113.71', target }, groupOperator, '/api/bans/blocks/preview');
    expect(body['clients']).toEqual([]);
    const { blocks } = await two.ask('GET', '/api/bans/blocks?address=203.0.113.71');
    expect(blocks).toEqual([]);
  });
});
