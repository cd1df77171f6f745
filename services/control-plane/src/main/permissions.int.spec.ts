// The matrix: every command and query of the catalogue × every built-in role × what lies in the person's scope, out of
// it, or with another client; over HTTP, and every live topic over sockets. A command without a row fails.
import { builtInRoles, liveTopics, permissionsOf, queries } from '@muster/contracts';
import { subscribed } from '@muster/contracts/live';
import { newId } from '@muster/kernel/ids';
import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { actions, Matrix, traceOf, type Cast } from './testing/matrix.ts';
import { ENDS_THINGS, NAMES_NOTHING, ROWS, type Things } from './testing/matrix-rows.ts';
import type { Answer } from './testing/running-muster.ts';

let matrix: Matrix;
let mine: Things;
let theirs: Things;

beforeAll(async () => {
  matrix = await Matrix.start();
  ({ mine, theirs } = matrix);
}, 120_000);
afterAll(() => matrix.muster.stop());

const refusedForWho = ({ status, body }: Answer) =>
  status === 401 || (status === 403 && ['forbidden', 'out-of-scope'].includes(String(body['code'])));

test('every command and query of the catalogue has a row', () => {
  expect(Object.keys(ROWS).sort()).toEqual(actions.map(({ name }) => name).sort());
});

describe.each(actions.map((action) => [action.name, action] as const))('%s', (name, { kind, permission }) => {
  const reaches = (scope: Cast['scope']) => {
    if (typeof permission.on === 'string') return permission.on !== 'fleet';
    // A client's scope holds the client, and no server that it shares. A group lies in its own scope only; so does what
    // was asked of it.
    if (scope === 'client' || permission.on[0] === 'client') return scope === 'client' && permission.on[0] === 'client';
    return permission.on[0] === 'group' || permission.on[0] === 'block' ? scope === 'group' : true;
  };

  if (permission.on === 'self') {
    test('needs no role: it is about the caller’s own account', async () => {
      expect(builtInRoles.some(({ role }) => permissionsOf(role).has(permission.name))).toBe(false);
      expect(await matrix.decided(name, mine, matrix.nobody)).toBe(200);
    });
    return;
  }

  test.each(builtInRoles.map(({ role }) => role))('as %s', async (role) => {
    const holds = permissionsOf(role).has(permission.name);
    const judge = async ({ scope, ...as }: Cast): Promise<void> => {
      const person = name.startsWith('audit.') ? as.quiet : as.person;
      const where = `${role} on ${scope}`;
      if (holds && ENDS_THINGS.has(name)) {
        const answers = await Promise.all([matrix.decided(name, mine, person), matrix.decided(name, theirs, person)]);
        const foreign = permission.on === 'fleet' ? 403 : 404;
        expect(answers, where).toEqual(scope === 'fleet' ? [200, 200] : [reaches(scope) ? 200 : foreign, foreign]);
        return;
      }
      const own = await matrix.send(name, mine, person);
      expect(own.status, `${where}: ${own.text.slice(0, 300)}`).toBeLessThan(500);
      if (!holds) {
        expect([own.status, own.body['code']], where).toEqual([403, 'forbidden']);
        return;
      }
      const foreign = await matrix.send(name, theirs, person);
      if (scope === 'fleet') {
        expect(refusedForWho(own) || refusedForWho(foreign), where).toBe(false);
        return;
      }
      expect(traceOf(theirs, foreign.text.replaceAll(JSON.stringify(theirs.serverId), '')), where).toEqual([]);
      if (permission.on === 'fleet') {
        expect([own.body['code'], foreign.body['code']], where).toEqual(['out-of-scope', 'out-of-scope']);
      } else if (typeof permission.on === 'string') {
        expect(refusedForWho(own), where).toBe(false);
        expect(traceOf(theirs, own.text), where).toEqual([]);
      } else {
        expect(foreign.status, where).toBe(404);
        if (reaches(scope)) {
          expect(refusedForWho(own), `${where}: ${own.text}`).toBe(false);
          if (!NAMES_NOTHING.has(name)) expect(own.status, `${where}: ${own.text}`).not.toBe(404);
        } else {
          expect([403, 404], where).toContain(own.status);
        }
      }
    };
    const asking = matrix.cast.filter((one) => one.role === role);
    // Whoever only asks, or is refused, changes nothing for those who do the same beside them.
    if (kind === 'query' || !holds) await Promise.all(asking.map(judge));
    else for (const one of asking) await judge(one);
  });
});

test('what is out of scope is refused in the very words in which nothing is found', async () => {
  const guest = matrix.cast.find(({ role, scope }) => role === 'operator' && scope === 'group');
  if (!guest) throw new Error('nobody plays the operator of a group');
  const nobodys: Things = {
    ...theirs,
    serverId: newId(),
    groupId: newId(),
    operationId: newId(),
    blockId: newId(),
    waiverId: newId(),
    findingId: newId(),
  };
  for (const name of [
    'servers.GetServer',
    'servers.RenameServer',
    'bans.BlockAddress',
    'bans.LiftBlock',
    'operations.CancelOperation',
  ]) {
    const [hidden, absent] = [
      await matrix.send(name, theirs, guest.person),
      await matrix.send(name, nobodys, guest.person),
    ];
    expect([hidden.status, hidden.body['detail']], name).toEqual([absent.status, absent.body['detail']]);
  }
});

describe('live topics', () => {
  const subjects: Readonly<Record<string, (things: Things) => string>> = {
    server: ({ serverId }) => serverId,
    operation: ({ operationId }) => operationId,
    client: ({ clientId }) => clientId,
    enrolment: () => newId(),
  };
  const topicOf = (name: string, hasSubject: boolean, things: Things) =>
    hasSubject ? `${name}:${subjects[name]?.(things) ?? ''}` : name;

  test('say for how long they have been quiet, to whom it may concern', async () => {
    const socket = await matrix.muster.socket(await matrix.muster.owner());
    const began = performance.now();
    const hinted = new Promise((resolve) => socket.once('hint', resolve));
    await subscribe(socket, ['servers']);
    await matrix.muster.call('POST', `/api/servers/${mine.serverId}/name`, await matrix.muster.owner(), {
      name: 'mine-quiet',
    });
    await hinted;
    const [first] = (await subscribe(socket, ['servers'])).granted;
    expect(first?.quietMs).toBeLessThan(performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const [second] = (await subscribe(socket, ['servers'])).granted;
    expect(second?.quietMs).toBeGreaterThan(490);
    socket.disconnect();
  });

  test('are granted as the query they follow is', async () => {
    for (const { role, scope, person } of matrix.cast) {
      const socket = await matrix.muster.socket(person);
      for (const { name, hasSubject, query } of liveTopics) {
        const permission = queries.find((known) => known.name === query)?.permission;
        const holds = permissionsOf(role).has(permission?.name ?? '');
        const asked = [topicOf(name, hasSubject, mine), topicOf(name, hasSubject, theirs)];
        const { granted } = await subscribe(socket, asked);
        const got = asked.map((topic) => granted.some((one) => one.topic === topic));
        const part = scope !== 'fleet' && (hasSubject || permission?.on === 'fleet');
        const ownPart = part && permission?.on !== 'fleet' && (scope === 'client') === (name === 'client');
        expect(got, `${role} on ${scope}: ${name}`).toEqual([holds && (!part || ownPart), holds && !part]);
      }
      socket.disconnect();
    }
  }, 120_000);

  test('say nothing of another scope: no hint, no number that grows, no size', async () => {
    const guest = await matrix.muster.person('Listening guest', {
      role: 'auditor',
      scope: { kind: 'server', serverId: mine.serverId },
    });
    const socket = await matrix.muster.socket(guest);
    const heard: string[] = [];
    const sizes: unknown[] = [];
    socket.on('hint', (hint: { topic: string }) => heard.push(hint.topic));
    socket.on('beat', (beat: { size: unknown }) => sizes.push(beat.size));
    const topics = ['fleet', 'servers', 'bans', 'operations', 'ledger'];
    const before = await subscribe(socket, topics);
    const owner = await matrix.muster.owner();
    await matrix.muster.call('POST', `/api/servers/${theirs.serverId}/name`, owner, { name: 'theirs-mail' });
    await matrix.muster.call('POST', `/api/servers/${theirs.serverId}/name`, owner, { name: 'theirs-web' });
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(heard).toEqual([]);
    const { granted } = await subscribe(socket, topics);
    const revisions = (given: typeof granted) => given.map(({ topic, revision }) => ({ topic, revision }));
    expect(revisions(granted)).toEqual(revisions(before.granted));
    for (const { quietMs } of granted) expect(quietMs).toBeGreaterThan(600);
    const sync = await matrix.muster.call('GET', `/api/sync?topic=servers&epoch=x&since=0`, guest);
    expect(sync.body['size']).toBeNull();
    const foreign = await matrix.muster.call('GET', `/api/sync?topic=server:${theirs.serverId}&epoch=x&since=0`, guest);
    expect(foreign.status).toBe(404);
    await matrix.muster.call('POST', `/api/servers/${mine.serverId}/name`, owner, { name: 'mine-mail' });
    await matrix.muster.until(() => Promise.resolve(heard.includes('servers')));
    await matrix.muster.call('POST', `/api/servers/${mine.serverId}/name`, owner, { name: 'mine-web' });
    expect(sizes.every((size) => size === null)).toBe(true);
    socket.disconnect();
  });

  test('count what another process appended', async () => {
    const socket = await matrix.muster.socket(await matrix.muster.owner());
    const sizes: (number | null)[] = [];
    socket.on('beat', (beat: { size: number | null }) => sizes.push(beat.size));
    await matrix.muster.server('late-web');
    const { rows } = await matrix.muster.superuser.query<{ size: string }>('select size from es.log_state');
    await matrix.muster.until(
      () => Promise.resolve(Math.max(0, ...sizes.map(Number)) >= Number(rows[0]?.size)),
      12_000,
    );
    socket.disconnect();
  }, 20_000);
});

async function subscribe(
  socket: Socket,
  topics: readonly string[],
): Promise<Pick<z.output<typeof subscribed>, 'granted'>> {
  return subscribed.parse(await socket.timeout(2000).emitWithAck('subscribe', { topics }));
}
