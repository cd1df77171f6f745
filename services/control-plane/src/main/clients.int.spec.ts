// Two clients on one shared server: what the server reports becomes theirs by rules, and nothing of one reaches the other:
// by page, search, count, socket, guessed id, or the time an error takes; also with the bus's checks switched off.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { FoundSite } from '@muster/contracts/clients';
import { endpoints } from '@muster/contracts/endpoints';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LinkRegistry } from '../platform/agent-link/link-registry.ts';
import { Authority } from '../platform/cqrs/authority.ts';
import { TRUST, type Trust } from '../platform/keys/trust.ts';
import { ProbedServers } from './testing/probed-servers.ts';
import { RunningMuster, type SignedIn } from './testing/running-muster.ts';

/** Where the spec's own requests come from. */
const HERE = '127.0.0.1';
const IN_TWO_MONTHS = new Date(Date.now() + 60 * 86_400_000).toISOString();
const NAMES = ['kestrel', 'merle'] as const;
type Name = (typeof NAMES)[number];

interface Party {
  readonly name: Name;
  readonly clientId: string;
  readonly admin: SignedIn;
  readonly viewer: SignedIn;
}

let muster: RunningMuster;
let owner: SignedIn;
let serverId: string;
let kestrel: Party;
let merle: Party;
let seq = 0;

const siteOf = (name: Name, domain: string): FoundSite => ({
  name: domain,
  aliases: [],
  software: ['nginx'],
  root: `/srv/${name}/www`,
  owner: name,
  listens: ['443 ssl'],
  certificate: { names: [domain], until: IN_TWO_MONTHS, issuer: 'Test CA' },
  logs: [`/var/log/sites/${domain}.log`],
  subscription: null,
});
const domainOf = (name: Name) => `shop.${name}.example`;
const jailOf = (name: Name) => `${name}-login`;

async function say(kind: string, items: readonly unknown[]): Promise<void> {
  const server = { serverId, tenantId: DEFAULT_TENANT, hostKey: null, agentKey: '', confirmed: true };
  await muster.running.app.get(LinkRegistry).batch(server, { kind, items } as never, ++seq);
}

const serve = (sites: readonly FoundSite[]) =>
  say('sites', [{ at: new Date().toISOString(), part: 0, parts: 1, sources: [], sites }]);

function jail(name: string, logs: readonly string[], banned: readonly string[]) {
  const seconds = { maxRetry: 3, findSeconds: 600, banSeconds: 600 };
  return { jail: name, banned, bannedTotal: 1, failedTotal: 3, ignored: [], logs, ...seconds };
}
const jails = (banned: Readonly<Record<string, readonly string[]>>) =>
  say('jails', [
    {
      at: new Date().toISOString(),
      version: '1.0.2',
      running: true,
      why: null,
      jails: [
        jail('sshd', [], banned['sshd'] ?? []),
        jail(
          'both',
          NAMES.map((name) => `/var/log/sites/${domainOf(name)}.log`),
          banned['both'] ?? [],
        ),
        ...NAMES.map((name) =>
          jail(jailOf(name), [`/var/log/sites/${domainOf(name)}.log`], banned[jailOf(name)] ?? []),
        ),
      ],
    },
  ]);
const ban = (by: string, address: string) =>
  say('ban-log', [
    {
      id: newId(),
      at: new Date().toISOString(),
      what: 'banned',
      address,
      jail: by,
      failures: 3,
      banSeconds: 600,
      banCount: 1,
      source: 'action',
    },
  ]);

async function ask(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const answer = await muster.call(method, path, owner, body);
  if (answer.status >= 300) throw new Error(`${path}: ${answer.text}`);
  return answer.body;
}
const get = async (path: string, as: SignedIn) => (await muster.call('GET', path, as)).body;
const sitesOf = async (party: Party) =>
  ((await get(`/api/clients/${party.clientId}/dashboard`, party.admin))['sites'] as { name: string }[] | undefined) ??
  [];

const rows = NAMES.flatMap((name) => [
  { kind: 'site', ref: `${name}-v1`, client: `${name}-crm`, domain: `old.${name}.example` },
  { kind: 'client', ref: `${name}-crm`, name: `${name} ltd` },
]);

beforeAll(async () => {
  muster = await RunningMuster.start();
  owner = await muster.owner();
  serverId = await muster.server('fra-web-01');
  await ask('POST', '/api/clients/import', { rows });
  const { clients } = (await ask('GET', '/api/clients')) as { clients: { clientId: string; name: string }[] };
  const party = async (name: Name): Promise<Party> => {
    const clientId = clients.find((client) => client.name === `${name} ltd`)?.clientId ?? '';
    const scope = { kind: 'client', clientId } as const;
    const admin = await muster.person(`${name} admin`, { role: 'client-admin', scope });
    return { name, clientId, admin, viewer: await muster.person(`${name} viewer`, { role: 'client-viewer', scope }) };
  };
  [kestrel, merle] = [await party('kestrel'), await party('merle')];
}, 60_000);
afterAll(() => muster.stop());

describe('import', () => {
  test('the same list twice changes nothing, and says so line by line', async () => {
    const again = await ask('POST', '/api/clients/import', { rows });
    expect(again).toMatchObject({ create: 0, change: 0, refused: 0, same: rows.length });
    const before = await ask('POST', '/api/clients/import/preview', {
      rows: [...rows, { kind: 'site', ref: 'x', client: 'nobody', domain: 'x.example' }],
    });
    expect(before).toMatchObject({ refused: 1, same: rows.length });
  });

  test('invites people into their client, and finds them again', async () => {
    const person = {
      kind: 'person',
      ref: 'p-1',
      client: 'merle-crm',
      name: 'Ada Merle',
      email: 'ada@merle.example',
      role: 'client-viewer',
    };
    expect(await ask('POST', '/api/clients/import', { rows: [person] })).toMatchObject({ create: 1 });
    expect(await ask('POST', '/api/clients/import', { rows: [person] })).toMatchObject({ same: 1, create: 0 });
    const { people } = (await get(`/api/clients/${merle.clientId}/dashboard`, merle.admin)) as {
      people: { name: string }[];
    };
    expect(people.map(({ name }) => name)).toContain('Ada Merle');
  });
});

describe('what a server serves', () => {
  test('becomes its clients’ by the first rule that fits, after a dry run that said so', async () => {
    await serve(NAMES.map((name) => siteOf(name, domainOf(name))));
    await muster.until(async () => ((await ask('GET', '/api/sites?q=shop'))['sites'] as unknown[]).length === 2);
    const rules = [kestrel, merle].map(({ name, clientId }) => ({
      match: { by: 'owner', owner: name },
      serverId: null,
      clientId,
    }));
    const conflict = { match: { by: 'path', path: '/srv' }, serverId: null, clientId: merle.clientId };
    const dry = await ask('POST', '/api/sites/rules/preview', { rules: [...rules, conflict] });
    expect(dry).toMatchObject({ changes: 2, conflicts: 1 });
    expect(await sitesOf(kestrel)).toHaveLength(1);
    await ask('PUT', '/api/sites/rules', { rules });
    await muster.until(async () => (await sitesOf(kestrel)).length === 2 && (await sitesOf(merle)).length === 2);
  });

  test('leaves an event only when it changed', async () => {
    const changes = async () => {
      const { rows: found } = await muster.superuser.query<{ n: number }>(
        `select count(*)::int as n from es.events where event_type = 'clients.SitesChanged'`,
      );
      return found[0]?.n;
    };
    const before = await changes();
    await serve(NAMES.map((name) => siteOf(name, domainOf(name))));
    expect(await changes()).toBe(before);
  });

  test('stays with whom a person gave it to', async () => {
    const extra = siteOf('merle', 'extra.example');
    await serve([...NAMES.map((name) => siteOf(name, domainOf(name))), extra]);
    const found = async () =>
      (
        (await ask('GET', '/api/sites?q=extra'))['sites'] as { siteId: string; client: { clientId: string } | null }[]
      )[0];
    await muster.until(async () => (await found())?.client?.clientId === merle.clientId);
    const site = await found();
    await ask('POST', `/api/sites/${site?.siteId}/client`, { clientId: kestrel.clientId });
    await serve([...NAMES.map((name) => siteOf(name, domainOf(name))), { ...extra, root: '/srv/merle/elsewhere' }]);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await found())?.client?.clientId).toBe(kestrel.clientId);
    await ask('POST', `/api/sites/${site?.siteId}/client`, { clientId: null });
    await serve(NAMES.map((name) => siteOf(name, domainOf(name))));
  });
});

describe('a shared server', () => {
  test('shows each client the bans of the jails that guard its sites alone', async () => {
    await jails({});
    await ban(jailOf('kestrel'), '203.0.113.10');
    await ban(jailOf('merle'), '203.0.113.20');
    await ban('sshd', '203.0.113.30');
    await ban('both', '203.0.113.40');
    for (const [party, address] of [
      [kestrel, '203.0.113.10'],
      [merle, '203.0.113.20'],
    ] as const) {
      const { rows: bans } = (await get(`/api/clients/${party.clientId}/bans`, party.viewer)) as {
        rows: { address: string }[];
      };
      expect(bans.map((row) => row.address)).toEqual([address]);
    }
  });

  test('shows each client what is open in its own document roots, and nothing of the server', async () => {
    const probed = new ProbedServers(muster);
    const report = await probed.reportOf('debian-12-weak', 'wordpress');
    const reading = report.reading as { sites: { root: string; shells: { path: string }[] }[] };
    const [site] = reading.sites;
    if (site === undefined) throw new Error('the recording has no site');
    const moved = (root: string) =>
      JSON.parse(JSON.stringify(site).replaceAll(site.root, root)) as (typeof reading.sites)[number];
    const roots = [...NAMES.map((name) => `/srv/${name}/www`), '/srv/kestrel/www-of-merle'];
    for (const probe of ['sshd', 'listeners', 'accounts'])
      await probed.report(serverId, await probed.reportOf('debian-12-weak', probe));
    await probed.report(serverId, { ...report, reading: { ...reading, sites: roots.map(moved) } });
    const posture = (party: Party, as = party.viewer) =>
      muster.call('GET', `/api/clients/${party.clientId}/posture`, as);
    type Found = { check: { checkId: string }; site: string | null; evidence: Record<string, unknown> };
    const found = async (party: Party) => (await posture(party)).body['findings'] as Found[];
    await muster.until(async () => (await found(kestrel)).length > 0 && (await found(merle)).length > 0, 20_000);
    for (const party of [kestrel, merle]) {
      const theirs = await found(party);
      expect(theirs.map(({ check }) => check.checkId)).toEqual(expect.arrayContaining(['WP-001', 'WP-002', 'WP-006']));
      expect(theirs.filter(({ check }) => !/^(WP|FILE|WEB)-/.test(check.checkId))).toEqual([]);
      expect(new Set(theirs.map((one) => one.site))).toEqual(new Set([domainOf(party.name)]));
      expect(
        theirs.map(({ evidence }) => JSON.stringify(evidence)).filter((text) => text.includes('merle')),
      ).toHaveLength(party === merle ? theirs.length : 0);
    }
    // Of the server's own weaknesses nothing is taken from its score.
    const { score } = (await posture(kestrel)).body as { score: number };
    const { score: ofServer } = (await muster.call('GET', `/api/posture/servers/${serverId}`, owner)).body as {
      score: number;
    };
    expect(score).toBeLessThan(100);
    expect(score).toBeGreaterThan(ofServer);
    const whole = (await muster.call('GET', `/api/posture/servers/${serverId}`, owner)).text;
    expect(whole).toContain('www-of-merle');
    expect(whole).toContain('SSH-001');
    const shown = await muster.call('GET', `/api/clients/${kestrel.clientId}/posture`, owner);
    expect(shown.body['findings']).toEqual(await found(kestrel));
    expect((await posture(merle, kestrel.admin)).status).toBe(404);
    // A server that there is and one that there is not get the same answer.
    for (const id of [serverId, newId()])
      expect((await muster.call('GET', `/api/posture/servers/${id}`, kestrel.admin)).status).toBe(403);
  });

  test('shows a certificate to whose names it has alone, and to nobody when names of two are in it', async () => {
    const probed = new ProbedServers(muster);
    const report = await probed.reportOf('debian-12-weak', 'certificates');
    const reading = report.reading as { certificates: { path: string; names: string[]; until: string }[] };
    const [one] = reading.certificates;
    if (one === undefined) throw new Error('the recording has no certificate');
    const ended = (path: string, names: string[]) => ({ ...one, path, names, until: '2026-01-01T00:00:00Z' });
    const both = NAMES.map(domainOf);
    const shown = [ended('/etc/ssl/one.pem', [domainOf('kestrel')]), ended('/etc/ssl/both.pem', both)];
    await probed.report(serverId, { ...report, reading: { ...reading, certificates: shown } });
    const certificatesOf = async (party: Party) => {
      const body = await get(`/api/clients/${party.clientId}/posture`, party.viewer);
      const found = body['findings'] as { check: { checkId: string }; evidence: Record<string, unknown> }[];
      return found.filter(({ check }) => check.checkId === 'WEB-001').map(({ evidence }) => evidence);
    };
    const whole = async () => (await muster.call('GET', `/api/posture/servers/${serverId}`, owner)).text;
    await muster.until(async () => (await whole()).includes('both.pem'), 20_000);
    expect(await certificatesOf(kestrel)).toEqual([{ names: domainOf('kestrel'), until: '2026-01-01' }]);
    expect(await certificatesOf(merle)).toEqual([]);
  });

  test('is told from a server of one client alone, of which that client sees everything', async () => {
    const alone = await muster.server('fra-own-01');
    await ask('POST', `/api/clients/${merle.clientId}/servers`, { serverId: alone });
    const probed = new ProbedServers(muster);
    await probed.report(alone, await probed.reportOf('debian-12-weak', 'sshd'));
    const checksOf = async (party: Party) => {
      const body = await get(`/api/clients/${party.clientId}/posture`, party.viewer);
      return (body['findings'] as { check: { checkId: string } }[]).map(({ check }) => check.checkId);
    };
    await muster.until(async () => (await checksOf(merle)).includes('SSH-001'), 20_000);
    expect(await checksOf(kestrel)).not.toContain('SSH-001');
  });

  test('is not one client’s to be given, with its past', async () => {
    const answer = await muster.call('POST', `/api/clients/${kestrel.clientId}/servers`, owner, { serverId });
    expect([answer.status, answer.body['code']]).toEqual([409, 'shared']);
  });

  test('rings for the page of the client whose site was hit, and for no other', async () => {
    const heard: string[] = [];
    const sockets = await Promise.all([muster.socket(kestrel.viewer), muster.socket(merle.viewer)]);
    for (const [index, socket] of sockets.entries()) {
      const mine = [kestrel, merle][index]?.clientId ?? '';
      const other = [merle, kestrel][index]?.clientId ?? '';
      socket.on('hint', ({ topic }: { topic: string }) => heard.push(`${NAMES[index]} ${topic}`));
      const topics = [
        `client:${mine}`,
        `client:${other}`,
        'bans',
        'ledger',
        'servers',
        'clients',
        `server:${serverId}`,
      ];
      const { granted } = (await socket.timeout(2000).emitWithAck('subscribe', { topics })) as {
        granted: { topic: string }[];
      };
      expect(granted.map(({ topic }) => topic)).toEqual([`client:${mine}`]);
    }
    await ban(jailOf('merle'), '203.0.113.21');
    await ban('sshd', '203.0.113.31');
    await muster.until(() => Promise.resolve(heard.length > 0));
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(new Set(heard)).toEqual(new Set([`merle client:${merle.clientId}`]));
    for (const socket of sockets) socket.disconnect();
  });
});

describe('its own addresses', () => {
  const unblock = (party: Party, address: string, as = party.admin) =>
    muster.call('POST', `/api/clients/${party.clientId}/unblock`, as, { address });

  test('are let go from its own jails, and from no neighbour’s', async () => {
    await jails({ [jailOf('kestrel')]: [HERE], [jailOf('merle')]: [HERE], sshd: [HERE] });
    const seen = await get(`/api/clients/${kestrel.clientId}/address?address=${HERE}`, kestrel.viewer);
    expect(seen).toMatchObject({ refusal: null, left: 5, banned: [{ server: 'fra-web-01', jail: jailOf('kestrel') }] });
    const done = await unblock(kestrel, HERE);
    expect([done.status, done.body['left']], done.text).toEqual([202, 4]);
    await muster.until(async () => {
      const { rows: tasks } = await muster.superuser.query<{ args: unknown }>(
        `select args from muster.operations_tasks where operation_id = $1`,
        [done.body['operationId']],
      );
      if (tasks.length === 0) return false;
      expect(tasks.map(({ args }) => args)).toEqual([{ address: HERE, jails: [jailOf('kestrel')] }]);
      return true;
    });
  });

  test('end where the operator set the limit, and the refusal says so', async () => {
    const strange = await unblock(kestrel, '203.0.113.20');
    expect([strange.status, strange.body['code']]).toEqual([403, 'beyond-limits']);
    expect(strange.body['detail']).toContain('is not one of yours');
    expect((await unblock(kestrel, HERE, kestrel.viewer)).status).toBe(403);
    await ask('PUT', `/api/clients/${kestrel.clientId}/limits`, { limits: { perDay: 1, present: true, ranges: [] } });
    const spent = await unblock(kestrel, HERE);
    expect([spent.status, spent.body['code']]).toEqual([403, 'beyond-limits']);
    expect(spent.body['detail']).toMatch(/1 of 1 were used within 24 hours/);
  });

  test('are the only ones that are asked about', async () => {
    await jails({ [jailOf('merle')]: ['203.0.113.20'], [jailOf('kestrel')]: ['203.0.113.20'] });
    const seen = await get(`/api/clients/${kestrel.clientId}/address?address=203.0.113.20`, kestrel.admin);
    expect(seen['banned']).toEqual([]);
  });
});

describe('what was done for a client', () => {
  test('is an extract that muster verify accepts, and not once a word of it is changed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'muster-extract-'));
    const trust = join(folder, 'root.key');
    await writeFile(trust, muster.running.app.get<Trust>(TRUST).rootKey);
    const { text } = await muster.call('GET', `/api/clients/${kestrel.clientId}/extract`, kestrel.admin);
    const lines = text.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.filter((line) => line.includes('merle') || line.includes(merle.clientId))).toEqual([]);
    const verdict = async (content: string) => {
      await writeFile(join(folder, 'extract.ndjson'), content);
      const program = join(import.meta.dirname, '../../../cli/src/main.ts');
      const args = [
        '--conditions=source',
        program,
        'verify',
        '--export',
        join(folder, 'extract.ndjson'),
        '--trust',
        trust,
        '--json',
      ];
      return promisify(execFile)(process.execPath, args, { timeout: 60_000 })
        .then(({ stdout }) => JSON.parse(stdout) as { ok: boolean; entries: number })
        .catch((error: { stdout: string }) => JSON.parse(error.stdout) as { ok: boolean; entries: number });
    };
    expect(await verdict(text)).toMatchObject({ ok: true });
    const entry = lines.findIndex((line) => line.includes('shop.kestrel.example'));
    const edited = lines.map((line, index) => (index === entry ? line.replace('shop.kestrel', 'shop.falcon') : line));
    expect(await verdict(edited.join('\n'))).toMatchObject({ ok: false });
    expect(await verdict(lines.filter((_, index) => index !== entry).join('\n'))).toMatchObject({ ok: false });
    await rm(folder, { recursive: true });
  }, 60_000);

  test('is in the owner’s export of the ledger as well, content and all', async () => {
    const { text } = await muster.call('GET', '/api/audit/export', owner);
    expect(text).toContain('"k":"event"');
    expect(text).toContain('shop.kestrel.example');
  });

  test('names its own people, and nobody of the team', async () => {
    const { text, body } = await muster.call('GET', `/api/clients/${kestrel.clientId}/done`, kestrel.viewer);
    const by = (body['entries'] as { by: { kind: string; name: string | null } }[]).map((entry) => entry.by);
    expect(by).toContainEqual({ kind: 'own', name: 'kestrel admin' });
    expect(text).not.toContain('Olga');
    expect(text).not.toContain(owner.personId);
  });
});

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
    if (!off) return;
    const authority = muster.running.app.get(Authority);
    const { requirePermission, decide } = authority;
    authority.requirePermission = () => undefined;
    authority.decide = (_definition, _input, principal) =>
      Promise.resolve({
        sight: { scopes: (principal.grants ?? []).map(({ scope }) => scope), actor: principal.actor },
        grant: null,
      });
    restore = () => Object.assign(authority, { requirePermission, decide });
  });
  afterAll(() => restore());

  test.each(GUESSES.filter(([, [method]]) => method === 'GET').map(([name, [, path]]) => [name, path]))(
    '%s tells nothing of the neighbour, asked for its own or by a guessed id',
    async (_name, path) => {
      for (const clientId of [kestrel.clientId, merle.clientId]) {
        const search = path.endsWith('/address') ? `?address=${HERE}` : path.includes(':') ? '' : '?q=merle';
        const asked = `${path.replace(':clientId', clientId)}${path.includes('rules') ? '' : search}`;
        const { text } = await muster.call('GET', asked, kestrel.admin);
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
    const { text } = await muster.call('GET', path, kestrel.viewer);
    expect(traceOf(merle, text), text.slice(0, 300)).toEqual([]);
  });

  test('hears "there is no client with that id" for a neighbour as for nobody', async () => {
    const answers = await Promise.all(
      [merle.clientId, newId()].map((id) => muster.call('GET', `/api/clients/${id}/dashboard`, kestrel.admin)),
    );
    const [theirs, nobodys] = answers.map(({ status, body }) => [status, body['detail'], body['code']]);
    expect(theirs).toEqual(nobodys);
    expect(theirs?.[0]).toBe(404);
  });
});

test('the answer for a neighbour’s id takes no other time than that for nobody’s', async () => {
  const time = async (id: string) => {
    const began = performance.now();
    await muster.call('GET', `/api/clients/${id}/dashboard`, kestrel.admin);
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
