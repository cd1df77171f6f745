// Somebody leaves, and somebody asks later who was there.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RunningMuster } from './testing/running-muster.ts';

let muster: RunningMuster;
beforeAll(async () => {
  muster = await RunningMuster.start();
}, 60_000);
afterAll(() => muster.stop());

const reason = 'Left on Friday';

test('offboarding is one action: grants, sessions, sockets and secrets end now', async () => {
  const owner = await muster.owner();
  const scope = { kind: 'fleet' } as const;
  const leaver = await muster.person('Lena Leaver', { role: 'operator', scope }, { role: 'security', scope });
  await muster.superuser.query(`insert into muster.access_credentials (person_id, password_hash) values ($1, 'hash')`, [
    leaver.personId,
  ]);
  const socket = await muster.socket(leaver);
  const closed = new Promise((resolve) => socket.on('disconnect', resolve));
  expect((await muster.call('GET', '/api/servers', leaver)).status).toBe(200);
  const answer = await muster.call('POST', `/api/people/${leaver.personId}/offboard`, owner, { reason });
  expect([answer.status, answer.body], answer.text).toMatchObject([202, { grants: 2, sessions: 1 }]);
  await closed;
  expect((await muster.call('GET', '/api/servers', leaver)).status).toBe(401);
  const { rows } = await muster.superuser.query(
    'select password_hash, totp_secret from muster.access_credentials where person_id = $1',
    [leaver.personId],
  );
  expect(rows).toEqual([{ password_hash: null, totp_secret: null }]);
  const grants = await muster.call('GET', `/api/access/grants?holder=${leaver.personId}&ended=true`, owner);
  const ends = (grants.body['grants'] as { endedWhy: string }[]).map(({ endedWhy }) => endedWhy);
  expect(ends).toEqual(['offboarded', 'offboarded']);
});

test('nobody lets themselves go, and the last owner stays', async () => {
  const owner = await muster.owner();
  const self = await muster.call('POST', `/api/people/${owner.personId}/offboard`, owner, { reason });
  expect([self.status, self.body['code']]).toEqual([403, 'own-grant']);
  const second = await muster.person('Second owner', { role: 'owner', scope: { kind: 'fleet' } });
  const last = await muster.call('POST', `/api/people/${owner.personId}/offboard`, second, { reason });
  expect([last.status, last.body['code']]).toEqual([409, 'last-owner']);
});

test('the population of a past moment is what the events said by then', async () => {
  const owner = await muster.owner();
  const serverId = await muster.server('past-web');
  const guest = await muster.person('Passing guest', { role: 'auditor', scope: { kind: 'server', serverId } });
  // By the clock of the ledger: this process may read another one.
  const { rows } = await muster.superuser.query<{ at: Date }>('select max(recorded_at) as at from es.events');
  const then = new Date((rows[0]?.at.getTime() ?? Number.NaN) + 1).toISOString();
  await new Promise((resolve) => setTimeout(resolve, 20));
  await muster.call('POST', `/api/people/${guest.personId}/offboard`, owner, { reason });
  await muster.call('POST', `/api/servers/${serverId}/retire`, owner, { reason });
  const at = async (moment: string) => {
    const { body } = await muster.call('GET', `/api/access/population?at=${encodeURIComponent(moment)}`, owner);
    return body as {
      grants: { holder: { id: string }; role: string }[];
      servers: { serverId: string; name: string }[];
    };
  };
  const holds = ({ grants }: Awaited<ReturnType<typeof at>>) =>
    grants.some(({ holder }) => holder.id === guest.personId);
  // Written by another process: nobody in the one that answers waits for it, and it is in the answer all the same.
  const late = await muster.server('late-web');
  const [past, present] = [await at(then), await at(new Date().toISOString())];
  expect(past.grants).toContainEqual(
    expect.objectContaining({ holder: { id: guest.personId, name: 'Passing guest' }, role: 'auditor' }),
  );
  expect(past.servers).toContainEqual({ serverId, name: 'past-web', confirmed: true });
  expect(holds(present)).toBe(false);
  expect(present.servers.some((server) => server.serverId === serverId)).toBe(false);
  expect(present.servers).toContainEqual({ serverId: late, name: 'late-web', confirmed: true });
  expect(past.servers.some((server) => server.serverId === late)).toBe(false);
});
