// Nothing of one client reaches another on the same server: by page, search, count, guessed id, or the time an error takes;
// also with the bus's checks switched off.
import { endpoints } from '@muster/contracts/endpoints';
import { newId } from '@muster/kernel/ids';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jailOf, TwoClients, type Party } from './testing/two-clients.ts';
import { withoutBus } from './testing/without-bus.ts';

/** Where the spec's own requests come from. */
const HERE = '127.0.0.1';

let two: TwoClients;
let kestrel: Party;
let merle: Party;

beforeAll(async () => {
  two = await TwoClients.start();
  ({ kestrel, merle } = two);
  await two.serve();
  await two.assignByOwner();
  await two.jails({ [jailOf('kestrel')]: [HERE], [jailOf('merle')]: ['203.0.113.20'] });
  for (const { name } of two.parties) await two.ban(jailOf(name), name === 'merle' ? '203.0.113.20' : '203.0.113.10');
}, 60_000);
afterAll(() => two.stop());

const GUESSES = Object.entries(endpoints).filter(([name]) => name.startsWith('clients.'));
const traceOf = (party: Party, text: string) =>
  [party.name, party.clientId, party.admin.personId, party.name === 'merle' ? '203.0.113.2' : '203.0.113.1'].filter(
    (sign) => text.includes(sign),
  );

describe.each([
  ['with the bus’s checks', false],
  ['with the bus’s checks switched off', true],
])('a client’s login, %s', (_, off) => {
  let restore = (): void => undefined;
  beforeAll(() => {
    if (off) restore = withoutBus(two.muster);
  });
  afterAll(() => restore());

  test.each(GUESSES.filter(([, [method]]) => method === 'GET').map(([name, [, path]]) => [name, path]))(
    '%s tells nothing of the neighbour, asked for its own or by a guessed id',
    async (_name, path) => {
      for (const clientId of [kestrel.clientId, merle.clientId]) {
        const search = path.endsWith('/address') ? `?address=${HERE}` : path.includes(':') ? '' : '?q=merle';
        const asked = `${path.replace(':clientId', clientId)}${path.includes('rules') ? '' : search}`;
        const { text } = await two.muster.call('GET', asked, kestrel.admin);
        expect(traceOf(merle, text.replaceAll(merle.clientId, '')), text.slice(0, 300)).toEqual([]);
      }
    },
  );

  test.each([
    '/api/posture',
    '/api/posture/review',
    '/api/posture/export?format=json',
    '/api/posture/findings/WP-001',
    '/api/posture/inventory/wordpress',
    '/api/bans/log',
    '/api/bans/blocks',
    '/api/bans/jails',
    '/api/audit/entries',
    '/api/servers',
    '/api/fleet',
    '/api/audit/export',
    '/api/access/grants',
    '/api/people',
  ])('%s neither', async (path) => {
    // One who typed nothing: what she reads of herself is not her own words.
    const { text } = await two.muster.call('GET', path, kestrel.viewer);
    expect(traceOf(merle, text), text.slice(0, 300)).toEqual([]);
  });

  test('hears "there is no client with that id" for a neighbour as for nobody', async () => {
    const answers = await Promise.all(
      [merle.clientId, newId()].map((id) => two.muster.call('GET', `/api/clients/${id}/dashboard`, kestrel.admin)),
    );
    const [theirs, nobodys] = answers.map(({ status, body }) => [status, body['detail'], body['code']]);
    expect(theirs).toEqual(nobodys);
    expect(theirs?.[0]).toBe(404);
  });
});

test('the answer for a neighbour’s id takes no other time than that for nobody’s', async () => {
  const time = async (id: string) => {
    const began = performance.now();
    await two.muster.call('GET', `/api/clients/${id}/dashboard`, kestrel.admin);
    return performance.now() - began;
  };
  const [theirs, nobodys]: number[][] = [[], []];
  for (let round = 0; round < 60; round++) {
    theirs?.push(await time(merle.clientId));
    nobodys?.push(await time(newId()));
  }
  const median = (times: number[] = []) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
  const spread = (times: number[] = []) =>
    (times[Math.floor(times.length * 0.75)] ?? 0) - (times[Math.floor(times.length / 4)] ?? 0);
  const difference = Math.abs(median(theirs) - median(nobodys));
  expect(difference).toBeLessThan(Math.max(spread(theirs), spread(nobodys), 2));
}, 60_000);
