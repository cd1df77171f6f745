// What is open on a shared server, to the client whose document root or name it is, and to nobody else.
import { newId } from '@muster/kernel/ids';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ProbedServers } from './testing/probed-servers.ts';
import type { SignedIn } from './testing/running-muster.ts';
import { domainOf, NAMES, TwoClients, type Party } from './testing/two-clients.ts';

let two: TwoClients;
let owner: SignedIn;
let serverId: string;
let kestrel: Party;
let merle: Party;

beforeAll(async () => {
  two = await TwoClients.start();
  ({ owner, serverId, kestrel, merle } = two);
  await two.serve();
  await two.assignByOwner();
}, 60_000);
afterAll(() => two.stop());

test('shows each client what is open in its own document roots, and nothing of the server', async () => {
  const probed = new ProbedServers(two.muster);
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
    two.muster.call('GET', `/api/clients/${party.clientId}/posture`, as);
  type Found = { check: { checkId: string }; site: string | null; evidence: Record<string, unknown> };
  const found = async (party: Party) => (await posture(party)).body['findings'] as Found[];
  await two.muster.until(async () => (await found(kestrel)).length > 0 && (await found(merle)).length > 0, 20_000);
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
  const { score: ofServer } = (await two.muster.call('GET', `/api/posture/servers/${serverId}`, owner)).body as {
    score: number;
  };
  expect(score).toBeLessThan(100);
  expect(score).toBeGreaterThan(ofServer);
  const whole = (await two.muster.call('GET', `/api/posture/servers/${serverId}`, owner)).text;
  expect(whole).toContain('www-of-merle');
  expect(whole).toContain('SSH-001');
  const shown = await two.muster.call('GET', `/api/clients/${kestrel.clientId}/posture`, owner);
  expect(shown.body['findings']).toEqual(await found(kestrel));
  expect((await posture(merle, kestrel.admin)).status).toBe(404);
  // A server that there is and one that there is not get the same answer.
  for (const id of [serverId, newId()])
    expect((await two.muster.call('GET', `/api/posture/servers/${id}`, kestrel.admin)).status).toBe(403);
});

test('shows a certificate to whose names it has alone, and to nobody when names of two are in it', async () => {
  const probed = new ProbedServers(two.muster);
  const report = await probed.reportOf('debian-12-weak', 'certificates');
  const reading = report.reading as { certificates: { path: string; names: string[]; until: string }[] };
  const [one] = reading.certificates;
  if (one === undefined) throw new Error('the recording has no certificate');
  const ended = (path: string, names: string[]) => ({ ...one, path, names, until: '2026-01-01T00:00:00Z' });
  const both = NAMES.map(domainOf);
  const shown = [ended('/etc/ssl/one.pem', [domainOf('kestrel')]), ended('/etc/ssl/both.pem', both)];
  await probed.report(serverId, { ...report, reading: { ...reading, certificates: shown } });
  const certificatesOf = async (party: Party) => {
    const body = await two.get(`/api/clients/${party.clientId}/posture`, party.viewer);
    const found = body['findings'] as { check: { checkId: string }; evidence: Record<string, unknown> }[];
    return found.filter(({ check }) => check.checkId === 'WEB-001').map(({ evidence }) => evidence);
  };
  const whole = async () => (await two.muster.call('GET', `/api/posture/servers/${serverId}`, owner)).text;
  await two.muster.until(async () => (await whole()).includes('both.pem'), 20_000);
  expect(await certificatesOf(kestrel)).toEqual([{ names: domainOf('kestrel'), until: '2026-01-01' }]);
  expect(await certificatesOf(merle)).toEqual([]);
});

test('is told from a server of one client alone, of which that client sees everything', async () => {
  const alone = await two.muster.server('fra-own-01');
  await two.ask('POST', `/api/clients/${merle.clientId}/servers`, { serverId: alone });
  const probed = new ProbedServers(two.muster);
  await probed.report(alone, await probed.reportOf('debian-12-weak', 'sshd'));
  const checksOf = async (party: Party) => {
    const body = await two.get(`/api/clients/${party.clientId}/posture`, party.viewer);
    return (body['findings'] as { check: { checkId: string } }[]).map(({ check }) => check.checkId);
  };
  await two.muster.until(async () => (await checksOf(merle)).includes('SSH-001'), 20_000);
  expect(await checksOf(kestrel)).not.toContain('SSH-001');
});

test('is shown as it was at a past moment, to whose the site was then, and day by day', async () => {
  type Shown = { score: number; findings: unknown[]; servers: { judged: boolean; judgedAt: string | null }[] };
  const shown = async (party: Party, at = ''): Promise<Shown> => {
    const body = await two.get(`/api/clients/${party.clientId}/posture${at}`, party.viewer);
    const { servers, ...rest } = body as unknown as Shown;
    // When a server was judged last is kept of now alone.
    return { ...rest, servers: servers.map((server) => ({ ...server, judgedAt: null })) };
  };
  const recorded = [await shown(kestrel), await shown(merle)];
  expect(recorded[0]?.findings.length).toBeGreaterThan(3);
  const moment = `?at=${new Date().toISOString()}`;
  const { sites } = await two.get(`/api/sites?client=${kestrel.clientId}&server=${serverId}`, owner);
  const [site] = sites as { siteId: string }[];
  await two.ask('POST', `/api/sites/${site?.siteId}/client`, { clientId: merle.clientId });
  await two.muster.until(async () => (await shown(kestrel)).findings.length === 0);
  expect((await shown(merle)).findings.length).toBeGreaterThan(recorded[1]?.findings.length ?? 0);
  // The past came along with nobody.
  expect([await shown(kestrel, moment), await shown(merle, moment)]).toEqual(recorded);
  const early = await shown(kestrel, '?at=2020-01-01T00:00:00Z');
  expect(early).toMatchObject({ score: null, findings: [], servers: [] });
  const ahead = `?at=${new Date(Date.now() + 60_000).toISOString()}`;
  expect((await two.muster.call('GET', `/api/clients/${merle.clientId}/posture${ahead}`, owner)).status).toBe(400);

  const trendOf = async (party: Party, as = party.viewer) =>
    (await two.get(`/api/clients/${party.clientId}/posture/trend?days=7`, as))['points'] as {
      score: number | null;
      open: number;
    }[];
  const trend = await trendOf(merle);
  const now = await shown(merle);
  expect(trend).toHaveLength(8);
  expect(trend[0]).toMatchObject({ score: null, open: 0 });
  expect(trend.at(-1)).toMatchObject({ score: now.score, open: now.findings.length });
  expect((await two.muster.call('GET', `/api/clients/${merle.clientId}/posture/trend`, kestrel.admin)).status).toBe(
    404,
  );
});
