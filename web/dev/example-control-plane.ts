// Answers `/api` and `/socket.io` of the development server with example data. Never part of a build: vite.config.ts
// loads it only for `vite dev`, and only while MUSTER_DEV_CONTROL_PLANE names no real control plane.
//
// `?state=` on a page is read from the Referer, so that states can be looked at: empty, loading, error, forbidden,
// signed-out, setup. `stale` stops the beats.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { commands, queries } from '@muster/contracts';
import { parseIpRange, rangeSize } from '@muster/kernel/ip-range';
import { endpoints } from '@muster/contracts/endpoints';
import { Server as SocketServer } from 'socket.io';
import type { ViteDevServer } from 'vite';
import { permissions } from '@muster/contracts';
import * as example from './example-data.ts';
import * as ledger from './example-ledger.ts';

type Input = Record<string, unknown>;
class Refused extends Error {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly errors: { path: string; message: string }[];
  constructor(status: number, title: string, detail: string, errors: { path: string; message: string }[] = []) {
    super(detail);
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.errors = errors;
  }
}

const me = {
  personId: example.ME,
  name: 'Mara Okafor',
  email: 'mara.okafor@nordhafen.example',
  timeZone: 'Europe/Berlin',
  role: 'Owner',
  permissions: permissions.map((permission) => permission.name),
  sessionId: example.exampleId(0x20, 1),
  signedInAt: example.ago(3_600_000),
  expiresAt: example.ahead(3_600_000),
  csrf: 'example',
  version: '0.1.0',
};
let signedIn = true;
const accepted = (input: Input) => ({ commandId: String(input['key']), position: ledger.ledgerSize, replayed: false });
const newestOperation = example.exampleId(0xf, 1);

function pageOf<T>(all: readonly T[], after: unknown, limit: unknown, size = 50): { part: T[]; next: string | null } {
  const start = typeof after === 'string' ? Number(after) : 0;
  const end = start + (Number(limit) || size);
  return { part: all.slice(start, end), next: end < all.length ? String(end) : null };
}

const answers: Record<string, (input: Input) => unknown> = {
  'fleet.GetFleet': () => example.fleet(ledger.checkpoint, ledger.ledgerSize),
  'servers.ListServers': (input) => {
    const found = example.servers.filter(
      (server) =>
        (input['presence'] === undefined || server.presence === input['presence']) &&
        (input['q'] === undefined || server.name.includes(String(input['q']))) &&
        (input['tag'] === undefined || server.tags.includes(String(input['tag']))) &&
        (input['group'] === undefined || server.groups.some((group) => group.groupId === input['group'])),
    );
    const { part, next } = pageOf(found, input['after'], input['limit']);
    return { servers: part, next, total: found.length };
  },
  'servers.GetServer': (input) => {
    const server = example.servers.find((row) => row.serverId === input['serverId']);
    if (server === undefined) throw new Refused(404, 'Not found', 'There is no such server');
    return {
      ...server,
      fingerprint: '4c9e77a10b3de6f291c8'.padEnd(64, '7'),
      enrolledAt: example.ago(72 * example.HOUR),
      capabilities: [
        { capability: 'inventory', mode: 'observe', barred: null },
        {
          capability: 'bans',
          mode: server.observeOnly ? 'observe' : 'managed',
          barred: server.observeOnly ? 'The fingerprint of this server is not confirmed' : null,
        },
      ],
      inventory: server.name === 'hel-web-07' ? null : example.inventoryOf(server),
      clockSkewMs: 40,
      witness: { size: ledger.ledgerSize - 2, at: example.ago(4000) },
    };
  },
  'servers.OpenEnrolment': (input) => ({
    ...accepted(input),
    enrolmentId: example.exampleId(0x21, 1),
    token: 'mst_enr_7Q2MX4TZ9KD3VHW8RB6NYC5P',
    installLine:
      'curl -fsS --proto =https -o muster-install https://muster.nordhafen.example/install && sudo sh muster-install',
    expiresAt: example.ahead(30 * example.MINUTE),
  }),
  'servers.GetEnrolment': (input) => ({
    enrolmentId: input['enrolmentId'],
    state: 'connected',
    steps: [
      { step: 'issued', at: example.ago(60_000) },
      { step: 'downloaded', at: example.ago(20_000) },
      { step: 'enrolled', at: example.ago(12_000) },
      { step: 'connected', at: example.ago(9000) },
    ],
    name: null,
    groupIds: [],
    expiresAt: example.ahead(29 * example.MINUTE),
    server: {
      serverId: example.refOf('fra-web-14').serverId,
      name: 'fra-web-14',
      hostname: 'fra-web-14',
      fingerprint: '4c9e77a10b3de6f291c8'.padEnd(64, '7'),
    },
  }),
  'servers.ListGroups': () => ({
    groups: example.groups,
    tags: [
      { tag: 'fra', servers: 25 },
      { tag: 'hel', servers: 15 },
      { tag: 'web', servers: 25 },
    ],
  }),
  'servers.CreateGroup': (input) => ({ ...accepted(input), groupId: example.exampleId(0xc, 9) }),
  'servers.SetCapability': (input) => ({ ...accepted(input), operationId: newestOperation }),
  'bans.SearchBanLog': (input) => {
    const wanted = typeof input['address'] === 'string' ? parseIpRange(input['address']) : null;
    if (wanted !== null && !wanted.ok)
      throw new Refused(422, 'Not valid', wanted.reason, [{ path: 'address', message: wanted.reason }]);
    const prefix = wanted?.ok === true ? wanted.range.first.replace(/\.0$/, '.') : '';
    const found = example.banLog.filter(
      (row) =>
        (row.address ?? '').startsWith(prefix) &&
        (input['server'] === undefined || row.server?.serverId === input['server']) &&
        (input['jail'] === undefined || row.by.name === input['jail']) &&
        (input['what'] === undefined || row.what === input['what']),
    );
    const { part, next } = pageOf(found, input['before'], input['limit']);
    return { rows: part, next };
  },
  'bans.ListBlocks': () => ({ blocks: example.blocks, next: null, total: example.blocks.length }),
  'bans.PreviewBlock': (input) => {
    const parsed = parseIpRange(String(input['range']));
    if (!parsed.ok) throw new Refused(422, 'Not valid', parsed.reason, [{ path: 'range', message: parsed.reason }]);
    const mine = parsed.range.text.startsWith('198.51.100.10');
    return {
      range: parsed.range.text,
      addresses: rangeSize(parsed.range),
      servers: 40,
      silent: 2,
      observing: 1,
      refusal: mine ? '198.51.100.10 is never blocked: Mara Okafor is signed in from it, until she signs out' : null,
      alreadyBlocked: [],
      seen24h: 214,
    };
  },
  'bans.BlockAddress': (input) => ({
    ...accepted(input),
    blockId: example.exampleId(0xe, 9),
    operationId: newestOperation,
    servers: 40,
  }),
  'bans.LiftBlock': (input) => ({ ...accepted(input), operationId: newestOperation, servers: 40 }),
  'bans.ListProtections': () => ({ entries: example.protections }),
  'bans.ProtectAddress': (input) => ({
    ...accepted(input),
    entryId: example.exampleId(0x10, 9),
    operationId: newestOperation,
  }),
  'bans.EndProtection': (input) => ({ ...accepted(input), operationId: newestOperation }),
  'bans.ExplainAddress': (input) => ({
    address: String(input['address']),
    blocks: input['address'] === '203.0.113.77' ? [example.block] : [],
    jails: [{ server: example.refOf('fra-web-03'), jail: 'sshd', since: example.ago(20_000) }],
    protections: [],
    lines24h: 14,
    servers24h: 9,
    neighbours24h: 3,
    neighbourRange: '203.0.113.64/28',
    recent: example.banLog.filter((row) => row.address === input['address']),
  }),
  'bans.ListJails': (input) => ({
    jails: example.servers
      .filter((server) => input['server'] === undefined || server.serverId === input['server'])
      .slice(0, 9)
      .flatMap((server) =>
        ['sshd', 'dovecot'].map((jail) => ({
          server: example.refOf(server.name),
          jail,
          banned: 7,
          bannedTotal: 9412,
          failedTotal: 88_120,
          maxRetry: 5,
          findSeconds: 600,
          banSeconds: 600,
          at: example.ago(30_000),
        })),
      ),
    without:
      input['server'] === undefined ? [{ server: example.refOf('fra-db-01'), why: 'fail2ban is not installed' }] : [],
  }),
  'bans.BanRate': () => ({
    minutes: Array.from({ length: 60 }, (_, index) => ({
      at: example.ago((59 - index) * 60_000),
      bans: index < 51 ? 3 + ((index * 7) % 6) : ([12, 11, 5, 26, 25, 44, 18, 35, 31][index - 51] ?? 9),
    })),
    usual: 6,
  }),
  'bans.Convergence': () => ({
    servers: example.servers.map((server) => ({
      server: example.refOf(server.name),
      desired: 512,
      held: server.presence === 'present' ? 512 : null,
      state: server.bans,
      checkedAt: example.ago(4000),
    })),
    p50Ms: 400,
    p95Ms: 900,
  }),
  'operations.ListOperations': (input) => ({
    operations: example.operations.filter(
      (row) => input['state'] === undefined || (input['state'] === 'open') === (row.finishedAt === null),
    ),
    next: null,
  }),
  'operations.GetOperation': (input) => {
    const found = example.operations.find((row) => row.operationId === input['operationId']);
    if (found === undefined) throw new Refused(404, 'Not found', 'There is no such operation');
    return { ...found, tasks: example.tasks.slice(0, found.servers) };
  },
  'operations.GetTask': (input) => {
    const found = example.tasks.find((row) => row.taskId === input['taskId']);
    if (found === undefined) throw new Refused(404, 'Not found', 'There is no such task');
    const done = found.state === 'succeeded' || found.state === 'failed';
    return {
      ...found,
      operationId: newestOperation,
      args: {
        from: 511,
        to: 512,
        add: [{ id: example.block.blockId, range: '203.0.113.77', seconds: 86_400 }],
        remove: [],
        protect: [],
        unprotect: [],
      },
      receipt: done
        ? {
            outcome: found.state,
            startedAt: example.ago(8800),
            finishedAt: example.ago(8500),
            before: 'c41e77b0'.repeat(8),
            after: found.state === 'failed' ? 'c41e77b0'.repeat(8) : '5a9013fd'.repeat(8),
            evidence: {
              revision: 512,
              blocks: 1284,
              protected: 5,
              verified: ['203.0.113.77'],
              nft: '1.0.6',
              fail2ban: 'fail2ban 1.0.2, 3 jails',
            },
            keyId: '7d1f90aa01234567',
            signature: `${'A'.repeat(86)}==`,
            body: 'e30=',
          }
        : null,
      timeline: [
        { type: 'operations.TaskRequested', at: example.ago(9000), position: 140 },
        { type: 'operations.TaskReleased', at: example.ago(8970), position: 141 },
        { type: 'operations.TaskSigned', at: example.ago(8950), position: 142 },
        { type: 'operations.TaskAccepted', at: example.ago(8900), position: 143 },
        { type: 'operations.TaskStarted', at: example.ago(8880), position: 144 },
        ...(done
          ? [
              {
                type: found.state === 'failed' ? 'operations.TaskFailed' : 'operations.TaskSucceeded',
                at: example.ago(8500),
                position: 145,
              },
            ]
          : []),
      ],
    };
  },
  'operations.RetryOperation': (input) => ({ ...accepted(input), tasks: 1 }),
  'audit.ListEntries': (input) => {
    const before = input['before'] === undefined ? Infinity : Number(input['before']);
    const found = ledger.entries.filter(
      (entry) =>
        entry.position < before &&
        (input['class'] === undefined || entry.class === input['class']) &&
        (input['type'] === undefined || entry.type === input['type']) &&
        (input['actorKind'] === undefined || entry.actor.kind === input['actorKind']),
    );
    const part = found.slice(0, Number(input['limit']) || 50);
    const end = part.at(-1);
    return {
      entries: part,
      next: found.length > part.length && end !== undefined ? end.position : null,
      size: ledger.ledgerSize,
    };
  },
  'audit.GetEntry': (input) => ledger.rawEntry(Number(input['position'])) ?? notFound('entry'),
  'audit.GetProof': (input) => ledger.proofOf(Number(input['position'])) ?? notFound('entry'),
  'audit.GetCheckpoint': () => ({
    checkpoint: ledger.checkpoint,
    size: ledger.ledgerSize,
    oldestPendingMs: 12,
    witnesses: example.servers.slice(0, 20).map((server) => ({
      serverId: server.serverId,
      name: server.name,
      size: ledger.ledgerSize,
      at: example.ago(3000),
    })),
  }),
};

function notFound(what: string): never {
  throw new Refused(404, 'Not found', `There is no such ${what}`);
}

function emptied(name: string, answer: unknown): unknown {
  if (name === 'fleet.GetFleet')
    return {
      ...(answer as object),
      roll: [],
      attention: [],
      total: 0,
      simulated: 0,
      servers: { present: 0, silent: 0, never: 0, quarantined: 0, retired: 0 },
      bansPerMinute: 0,
    };
  if (typeof answer !== 'object' || answer === null) return answer;
  return Object.fromEntries(
    Object.entries(answer).map(([key, value]) => [key, Array.isArray(value) && key !== 'minutes' ? [] : value]),
  );
}

const definitions = new Map([...queries, ...commands].map((definition) => [definition.name, definition]));
const routes = Object.entries(endpoints).map(([name, [method, path]]) => ({
  name,
  method,
  keys: [...path.matchAll(/:(\w+)/g)].map((match) => match[1] ?? ''),
  pattern: new RegExp(`^${path.replace(/:\w+/g, '([^/]+)')}$`),
}));

async function bodyOf(request: IncomingMessage): Promise<Input> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? {} : (JSON.parse(text) as Input);
}

function stateWanted(request: IncomingMessage): string {
  try {
    return new URL(request.headers.referer ?? '').searchParams.get('state') ?? '';
  } catch {
    return '';
  }
}

async function answer(request: IncomingMessage): Promise<unknown> {
  const url = new URL(request.url ?? '/', 'http://dev');
  const method = request.method ?? 'GET';
  const state = stateWanted(request);
  const body = method === 'GET' ? {} : await bodyOf(request);
  switch (`${method} ${url.pathname}`) {
    case 'GET /api/session':
      return {
        me: state === 'signed-out' || state === 'setup' || !signedIn ? null : me,
        setupNeeded: state === 'setup',
        version: '0.1.0',
      };
    case 'POST /api/session':
      return { challengeId: example.exampleId(0x22, 1), factors: ['totp', 'recovery-code'] };
    case 'POST /api/session/factor':
      if (body['code'] === '492817')
        throw new Refused(422, 'Not accepted', 'This code was used already', [
          { path: 'code', message: 'This code was used already. Wait for the next one, in 17 s' },
        ]);
      signedIn = true;
      return { me };
    case 'GET /api/setup':
      return url.searchParams.get('link') === 'used'
        ? { open: false, reason: 'This link was used on 20 November' }
        : { open: true, reason: null };
    case 'POST /api/setup/begin':
      return {
        setupId: example.exampleId(0x23, 1),
        totpUri:
          'otpauth://totp/Muster:mara.okafor@nordhafen.example?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Muster',
        totpSecret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
        expiresAt: example.ahead(600_000),
      };
    case 'POST /api/setup/complete':
      return { recoveryCodes: Array.from({ length: 10 }, (_, index) => `k7pq-3mvx-zt${index}w`), me };
    case 'GET /api/sync':
      return {
        topic: url.searchParams.get('topic'),
        epoch: 'example',
        revision: 1,
        changed: true,
        at: new Date().toISOString(),
        size: ledger.ledgerSize,
      };
  }
  const route = routes.find((candidate) => candidate.method === method && candidate.pattern.test(url.pathname));
  if (route === undefined) throw new Refused(404, 'Not found', `${method} ${url.pathname} is not in the catalogue`);
  if (state === 'error')
    throw new Refused(
      500,
      'The read model is being rebuilt',
      'Postgres said: canceling statement due to statement timeout',
    );
  if (state === 'forbidden' && route.name !== 'fleet.GetFleet')
    throw new Refused(
      403,
      'Not permitted',
      `This needs ${definitions.get(route.name)?.permission.name}. Ingrid Kestrel can grant it.`,
    );
  if (state === 'loading') await new Promise((resolve) => setTimeout(resolve, 60_000));
  const definition = definitions.get(route.name);
  const match = route.pattern.exec(url.pathname);
  const input: Input = { ...Object.fromEntries(url.searchParams), ...body };
  route.keys.forEach((key, index) => (input[key] = decodeURIComponent(match?.[index + 1] ?? '')));
  const checked = definition?.input.safeParse(input);
  if (checked?.success === false)
    throw new Refused(
      422,
      'Not valid',
      'Some fields need another look',
      checked.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message })),
    );
  const key = request.headers['idempotency-key'];
  const made = answers[route.name] ?? accepted;
  const given = made({ ...(checked?.data as Input), key });
  return definition?.output.parse(state === 'empty' ? emptied(route.name, given) : given);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

export function serveExamples(server: ViteDevServer): void {
  server.middlewares.use((request, response, next) => {
    if (request.url?.startsWith('/api/') !== true) return next();
    answer(request).then(
      (body) => send(response, 200, body),
      (cause: unknown) => {
        if (cause instanceof Refused)
          send(response, cause.status, {
            type: 'about:blank',
            title: cause.title,
            status: cause.status,
            detail: cause.detail,
            code: 'example',
            errors: cause.errors,
            correlationId: 'b7c1-40f2',
          });
        else
          send(response, 500, {
            type: 'about:blank',
            title: 'The example data does not fit its contract',
            status: 500,
            detail: String(cause),
            code: 'example',
            correlationId: 'dev',
          });
      },
    );
  });
  if (server.httpServer === null) return;
  const sockets = new SocketServer(server.httpServer as never, { serveClient: false });
  let revision = 1;
  sockets.on('connection', (socket) => {
    const beat = (): void => {
      if (process.env['MUSTER_DEV_STALE'] !== '1')
        socket.emit('beat', { at: new Date().toISOString(), size: ledger.ledgerSize });
    };
    beat();
    const timer = setInterval(beat, 5000);
    socket.on('subscribe', (message: { topics: string[] }, acknowledge: (answer: unknown) => void) =>
      acknowledge({ granted: message.topics.map((topic) => ({ topic, revision })), refused: [], epoch: 'example' }),
    );
    socket.on('disconnect', () => clearInterval(timer));
  });
  // A new ban line every few seconds, as on a real evening.
  const arrivals = setInterval(
    () => {
      const from = example.servers[revision % 38]?.name ?? 'fra-web-01';
      example.banLog.unshift(
        example.banLine(
          new Date().toISOString(),
          `203.0.113.${(revision * 13) % 250}`,
          'banned',
          { kind: 'jail', name: 'sshd' },
          from,
          { banSeconds: 600, until: new Date(Date.now() + 600_000).toISOString() },
        ),
      );
      sockets.emit('hint', {
        topic: 'bans',
        epoch: 'example',
        prev: revision,
        revision: ++revision,
        position: null,
        at: new Date().toISOString(),
      });
    },
    Number(process.env['MUSTER_DEV_ARRIVALS_MS'] ?? 6000),
  );
  server.httpServer.on('close', () => clearInterval(arrivals));
}
