// The API under fuzzing made from its own OpenAPI page, signed in and not: every answer is 2xx to 4xx, every refusal is a
// problem in words, nothing seeded as a secret is in any log; and the fuzzing got past the doors, to the end. Then the doors a
// browser's attacker would try.
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { io } from 'socket.io-client';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BlockAddress } from '@muster/contracts/bans';
import { CreateClient } from '@muster/contracts/clients';
import { GetOperation, GetStop, LiftStop, ListOperations } from '@muster/contracts/operations';
import { CreateGroup, OpenEnrolment } from '@muster/contracts/servers';
import { problem } from '@muster/contracts/live';
import type { SimulatedIdentity } from '../fleet/identity.ts';
import { fromSchema, type Schema } from './support/from-schema.ts';
import { UnderAttack } from './support/under-attack.ts';

interface Operation {
  parameters?: { name: string; in: 'path' | 'query' | 'header'; required?: boolean; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}
const openapi = JSON.parse(readFileSync(join(import.meta.dirname, '../../docs/reference/openapi.json'), 'utf8')) as {
  paths: Record<string, Record<string, Operation>>;
};
/** Waits a moment for an operation that may be about to appear: it begins first, and the others go by meanwhile. */
const SLOW = '/api/operations/{operationId}';
const operations = Object.entries(openapi.paths)
  .flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
  .sort((a, b) => Number(b.path === SLOW) - Number(a.path === SLOW));

/**
 * Reached only by ids of what this installation does not have (nothing looked at its servers, nobody reviews access), or with a
 * token instead of a session.
 */
const OUT_OF_REACH = ['/api/posture/servers/{serverId}/findings/{findingId}', '/api/reviews/{reviewId}', '/api/token'];
/** Where anybody gets an answer: whether he is signed in, whether there is an owner, whether a link is good, a challenge. */
const OPEN_DOORS = ['GET /api/session', 'GET /api/setup', 'POST /api/entry', 'POST /api/session/passkey'];
/** Different commands that the fuzzing carries out by chance; it was about 30 of them when this was written. */
const LEAST_COMMANDS = 20;
/** Signing out, or setting the password anew by it, would end the fuzzing. */
const ENDS_THE_SESSION = ['DELETE /api/session'];

/** Sent as password and code by strangers; must be nowhere afterwards. */
const MARKER = 'seeded-secret-4711-kestrel';

let up: UnderAttack;
let secrets: string[];
let ids: string[];
/** What may be changed and ended, by the name that its id has in addresses. */
let targets: Record<string, string>;
/** Values by name that exist here, and that no other request knows: with them every GET has an answer. */
let known: Record<string, unknown>;
let spared: SimulatedIdentity;
/** Answers of 2xx by operation. */
const reached = { 'signed in': new Map<string, number>(), 'a stranger': new Map<string, number>() };

beforeAll(async () => {
  up = await UnderAttack.begin({
    MUSTER_LOG_LEVEL: 'debug',
    MUSTER_LIMIT_BODY_BYTES: '20000',
    MUSTER_LIMIT_REQUEST_SECONDS: '8',
  });
  const { groupId } = await up.client.call(CreateGroup, { name: 'Frankfurt web' });
  const { token, enrolmentId } = await up.client.call(OpenEnrolment, { name: 'fra-web-09' });
  const identity = await up.goodServer('fra-web-01');
  const target = { kind: 'server', serverId: identity.server } as const;
  const block = await up.client.call(BlockAddress, {
    range: '203.0.113.77',
    target,
    seconds: 3600,
    reason: 'For a start',
  });
  const { clientId } = await up.client.call(CreateClient, { name: 'Bakery' });
  spared = await up.goodServer('ber-mail-01');
  const bans = await up.client.call(ListOperations, { server: spared.server });
  const operation = await up.client.call(GetOperation, { operationId: bans.operations[0]?.operationId ?? '' });
  known = {
    ...(await up.client.call(CreateClient, { name: 'Butcher' })),
    ...(await up.client.call(OpenEnrolment, { name: 'fra-web-10' })),
    ...{ serverId: spared.server, operationId: operation.operationId, taskId: operation.tasks[0]?.taskId ?? '' },
    ...{ position: '0', checkId: 'SSH-001', kind: 'keys', permission: BlockAddress.permission.name },
    ...{ at: new Date().toISOString(), since: new Date().toISOString() },
    ...{ address: '203.0.113.77', from: '1', to: '2' },
  };
  const { blockId, operationId } = block;
  targets = { groupId, enrolmentId, clientId, serverId: identity.server, blockId, operationId };
  ids = Object.values(targets);
  const { cookie = '', 'x-muster-csrf': csrf = '' } = up.client.credentials();
  const { password, totpSecret } = up.account;
  secrets = [MARKER, token, password, totpSecret, csrf, cookie.split('=')[1] ?? '', 'for-tests-only'];
}, 120_000);
afterAll(async () => {
  await up?.end();
}, 60_000);

interface Answer {
  status: number;
  type: string;
  text: string;
}

async function ask(method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Answer> {
  const response = await fetch(up.installation.apiUrl + path, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    signal: AbortSignal.timeout(20_000),
  });
  return { status: response.status, type: response.headers.get('content-type') ?? '', text: await response.text() };
}

function expectInOrder(answer: Answer, what: string): void {
  expect(answer.status, `${what}: ${answer.text.slice(0, 300)}`).toBeLessThan(500);
  if (answer.status < 400) return;
  expect(answer.type, what).toMatch(/application\/problem\+json/);
  const said = problem.parse(JSON.parse(answer.text));
  expect(said.status).toBe(answer.status);
  expect(answer.text).not.toMatch(/node_modules|at .*\.(ts|js):\d+|select .* from|es\.events|muster\.[a-z]+_/);
}

/** Mostly something that is there: a request for nothing never gets past the first question. */
function aimedAt(name: string, anything: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const target = targets[name];
  if (target === undefined) return anything;
  return fc.oneof({ weight: 3, arbitrary: fc.constant<unknown>(target) }, { weight: 1, arbitrary: anything });
}

describe.concurrent.each([
  ['signed in', 12],
  ['a stranger', 4],
] as const)('the API fuzzed from its own OpenAPI, %s', (who, numRuns) => {
  // Beside one another: most of the time goes by in waiting for answers.
  it.each(operations)('$method $path', async ({ method, path, operation }) => {
    const name = `${method} ${path}`;
    if (who === 'signed in' && ENDS_THE_SESSION.includes(name)) return;
    const parameters = (operation.parameters ?? []).filter((parameter) => parameter.in !== 'header');
    const body = operation.requestBody?.content['application/json']?.schema;
    const requests = fc.record({
      values: fc.record(
        Object.fromEntries(parameters.map(({ name, schema }) => [name, aimedAt(name, fromSchema(schema, ids))])),
        { requiredKeys: parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name) },
      ),
      body: body === undefined ? fc.constant(undefined) : fromSchema(body, ids),
    });
    const headers = who === 'signed in' ? up.client.credentials() : {};
    const needed = parameters.filter((parameter) => parameter.in === 'path' || parameter.required === true);
    const right = Object.fromEntries(needed.map((parameter) => [parameter.name, known[parameter.name]]));
    await fc.assert(
      fc.asyncProperty(requests, async ({ values, body: sent }) => {
        const url = addressOf(path, parameters, values);
        const answer = await ask(method, url, sent, headers);
        expectInOrder(answer, `${method} ${url} ${JSON.stringify(sent)?.slice(0, 300)}`);
        if (answer.status < 300) reached[who].set(name, (reached[who].get(name) ?? 0) + 1);
      }),
      {
        numRuns,
        endOnFailure: true,
        // First what is asked for rightly: whatever follows is thrown at something that answers.
        examples: method === 'GET' && Object.values(right).every(Boolean) ? [[{ values: right, body: undefined }]] : [],
      },
    );
  });
});

describe.concurrent('a request that never ends', () => {
  it('is cut off, and others are answered meanwhile', async () => {
    const socket = connect(Number(new URL(up.installation.apiUrl).port), '127.0.0.1');
    socket.on('error', () => undefined);
    const over = new Promise((resolve) => socket.resume().once('close', resolve));
    socket.write(
      'POST /api/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    );
    expect((await ask('GET', '/api/session', undefined, {})).status).toBe(200);
    await over;
  }, 30_000);
});

function addressOf(
  path: string,
  parameters: NonNullable<Operation['parameters']>,
  values: Record<string, unknown>,
): string {
  const written = (name: string): string => {
    const value = values[name];
    const spelt = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
    return encodeURIComponent(spelt.toWellFormed());
  };
  const address = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => written(name));
  const query = parameters.filter((parameter) => parameter.in === 'query' && parameter.name in values);
  if (query.length === 0) return address;
  return `${address}?${query.map(({ name }) => `${name}=${written(name)}`).join('&')}`;
}

describe('what is no request', () => {
  it.each([
    ['not JSON', '{"name":'],
    ['no object', '[1,2]'],
    ['too large', JSON.stringify({ name: 'x'.repeat(30_000) })],
    ['nested without end', `{"name":${'['.repeat(9000)}${']'.repeat(9000)}}`],
    ['a NUL', '{"name":"a\\u0000b"}'],
    ['half a character', '{"name":"\\ud83d"}'],
    ['another prototype', '{"__proto__":{"name":"x"},"name":"y"}'],
  ])('a body that is %s is refused in words', async (_, body) => {
    const answer = await ask('POST', '/api/groups', body, up.client.credentials());
    expectInOrder(answer, body.slice(0, 60));
    expect(answer.status).toBeGreaterThanOrEqual(400);
  });

  it.each(['/api/%zz', '/api/%c0%af', `/api/servers/${'x'.repeat(400)}`, `/api/${'y/'.repeat(3000)}`])(
    'an address that is none (%#) is refused in words',
    async (path) => {
      const answer = await ask('GET', path, undefined, up.client.credentials());
      expectInOrder(answer, path.slice(0, 60));
      expect(answer.status).toBeGreaterThanOrEqual(400);
    },
  );
});

describe('a foreign page', () => {
  it('gets no live connection', async () => {
    for (const origin of ['https://evil.example', 'null', `${up.installation.apiUrl}.evil.example`]) {
      const extraHeaders = { ...up.client.credentials(), origin };
      const socket = io(up.installation.apiUrl, { transports: ['websocket'], extraHeaders, reconnection: false });
      const outcome = await new Promise((resolve) => {
        socket.once('connect', () => resolve('connected'));
        socket.once('connect_error', () => resolve('refused'));
      });
      socket.close();
      expect(outcome).toBe('refused');
    }
  });

  it('gets none without a session either, and our own page gets one', async () => {
    const outcome = (headers: Record<string, string>) =>
      new Promise((resolve) => {
        const extraHeaders = { ...headers, origin: up.installation.apiUrl };
        const socket = io(up.installation.apiUrl, { transports: ['websocket'], extraHeaders, reconnection: false });
        const end = (how: string): void => {
          socket.close();
          resolve(how);
        };
        socket.once('connect', () => end('connected'));
        socket.once('connect_error', (error) => end(error.message));
      });
    expect(await outcome({})).toBe('signed-out');
    expect(await outcome(up.client.credentials())).toBe('connected');
  });

  it('cannot read or change anything', async () => {
    const headers = { ...up.client.credentials(), origin: 'https://evil.example' };
    const read = await ask('GET', '/api/fleet', undefined, headers);
    const change = await ask('POST', '/api/groups', { name: 'Evil' }, headers);
    expect([read.status, change.status]).toEqual([403, 403]);
  });
});

describe('a forged X-Forwarded-For', () => {
  it('is not believed: neither where a session comes from, nor to get around the delay of wrong passwords', async () => {
    const email = 'ada@hosting.example';
    const answers: number[] = [];
    for (let attempt = 0; attempt < 12; attempt += 1) {
      const headers = {
        'x-forwarded-for': `203.0.113.${attempt}`,
        'x-real-ip': '203.0.113.9',
        forwarded: 'for=203.0.113.9',
      };
      answers.push((await ask('POST', '/api/session', { email, password: `${MARKER} ${attempt}` }, headers)).status);
    }
    expect(answers).toContain(429);
    const database = new pg.Client({ connectionString: up.database.url });
    await database.connect();
    const { rows } = await database.query<{ subject: string }>('select subject from muster.access_throttle');
    await database.end();
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.map((row) => row.subject).join(' ')).not.toMatch(/203\.0\.113/);
  });
});

describe('afterwards', () => {
  it('every GET was answered rightly, and many commands were carried out', () => {
    const gets = operations.filter(({ method, path }) => method === 'GET' && !OUT_OF_REACH.includes(path));
    const names = gets.map(({ path }) => `GET ${path}`);
    expect(names.filter((name) => !reached['signed in'].has(name))).toEqual([]);
    const commands = [...reached['signed in'].keys()].filter((name) => !name.startsWith('GET '));
    expect(commands.length, commands.join('\n')).toBeGreaterThanOrEqual(LEAST_COMMANDS);
  });

  it('a stranger was told nothing but what stands on the doors', () => {
    expect([...reached['a stranger'].keys()].filter((name) => !OPEN_DOORS.includes(name))).toEqual([]);
  });

  it('the session that was used for it lives', async () => {
    expect((await ask('GET', '/api/account', undefined, up.client.credentials())).status).toBe(200);
  });

  it('the good agent works, once the stop is lifted that a request asked for', async () => {
    const { stop } = await up.client.call(GetStop, {});
    if (stop !== null) await up.client.call(LiftStop, { stopId: stop.stopId, reason: 'The fuzzing is over' });
    await up.works(spared, 30_000);
  }, 60_000);

  it('no secret stands in any log', () => {
    const output = up.installation.output();
    expect(output.length).toBeGreaterThan(1000);
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(5);
      expect(output.includes(secret), `a log holds ${secret.slice(0, 4)}…`).toBe(false);
    }
  });
});
