// The API under fuzzing made from its own OpenAPI page, signed in and not: every answer is 2xx to 4xx, every refusal is a
// problem in words, nothing seeded as a secret is in any log. Then the doors a browser's attacker would try.
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { io } from 'socket.io-client';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BlockAddress } from '@muster/contracts/bans';
import { CreateGroup, OpenEnrolment } from '@muster/contracts/servers';
import { problem } from '@muster/contracts/live';
import { fromSchema, type Schema } from './support/from-schema.ts';
import { UnderAttack } from './support/under-attack.ts';

interface Operation {
  parameters?: { name: string; in: 'path' | 'query' | 'header'; schema: Schema }[];
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

/** Sent as password and code by strangers; must be nowhere afterwards. */
const MARKER = 'seeded-secret-4711-kestrel';

let up: UnderAttack;
let secrets: string[];
let ids: string[];

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
  ids = [groupId, enrolmentId, identity.server, block.blockId, block.operationId];
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

describe.concurrent.each([
  ['signed in', 12],
  ['a stranger', 4],
])('the API fuzzed from its own OpenAPI, %s', (who, numRuns) => {
  // Beside one another: most of the time goes by in waiting for answers.
  it.each(operations)('$method $path', async ({ method, path, operation }) => {
    // Signing out would end the fuzzing.
    if (who === 'signed in' && method === 'DELETE' && path === '/api/session') return;
    const parameters = (operation.parameters ?? []).filter((parameter) => parameter.in !== 'header');
    const body = operation.requestBody?.content['application/json']?.schema;
    const requests = fc.record({
      values: fc.record(
        Object.fromEntries(parameters.map((parameter) => [parameter.name, fromSchema(parameter.schema, ids)])),
        { requiredKeys: parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name) },
      ),
      body: body === undefined ? fc.constant(undefined) : fromSchema(body, ids),
    });
    const headers = who === 'signed in' ? up.client.credentials() : {};
    await fc.assert(
      fc.asyncProperty(requests, async ({ values, body: sent }) => {
        const url = addressOf(path, parameters, values);
        expectInOrder(await ask(method, url, sent, headers), `${method} ${url} ${JSON.stringify(sent)?.slice(0, 300)}`);
      }),
      { numRuns, endOnFailure: true },
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
  it('the good agent works', async () => {
    expect((await ask('GET', '/api/health', undefined, {})).status).toBe(200);
  });

  it('no secret stands in any log', () => {
    const output = up.installation.output();
    expect(output.length).toBeGreaterThan(1000);
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(5);
      expect(output.includes(secret), `a log holds ${secret.slice(0, 4)}…`).toBe(false);
    }
  });
});
