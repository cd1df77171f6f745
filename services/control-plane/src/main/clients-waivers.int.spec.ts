// A waiver of a client, on a server that it shares: it covers what a check finds on that client's sites, nothing of its
// neighbour and nothing of the server; it follows a site that changes hands, is the same after a rebuild, and ends.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ProbedServers } from './testing/probed-servers.ts';
import { NAMES, TwoClients, type Party } from './testing/two-clients.ts';

/** Of high severity: one person's word is enough. Each site has one finding of it. */
const CHECK = 'WP-001';
const NOBODYS = '/srv/nobody/www';

let two: TwoClients;
let kestrel: Party;
let merle: Party;

beforeAll(async () => {
  two = await TwoClients.start();
  ({ kestrel, merle } = two);
  await two.serve();
  await two.assignByOwner();
  const probed = new ProbedServers(two.muster);
  const report = await probed.reportOf('debian-12-weak', 'wordpress');
  const reading = report.reading as { sites: { root: string }[] };
  const [site] = reading.sites;
  if (site === undefined) throw new Error('the recording has no site');
  // Little else is wrong with them: an area takes no more than its most, whatever one waiver gives back.
  const plain = { ...site, extensions: [], shells: [], debug: false };
  const moved = (root: string) => JSON.parse(JSON.stringify(plain).replaceAll(site.root, root)) as typeof site;
  const roots = [...NAMES.map((name) => `/srv/${name}/www`), NOBODYS];
  await probed.report(two.serverId, { ...report, reading: { ...reading, sites: roots.map(moved) } });
  await two.muster.until(async () => (await covered()).size === roots.length, 20_000);
}, 60_000);
afterAll(() => two?.stop());

/** Of each place where the check finds something, as the server's page shows it: whether it is accepted. */
async function covered(): Promise<Map<string, boolean>> {
  const { checks } = (await two.get(`/api/posture/servers/${two.serverId}`, two.owner)) as {
    checks: { checkId: string; findings: { evidence: { site: string }; waiver: object | null }[] }[];
  };
  const found = checks.find(({ checkId }) => checkId === CHECK)?.findings ?? [];
  return new Map(found.map(({ evidence, waiver }) => [evidence.site, waiver !== null]));
}
const acceptedOf = async (party: Party): Promise<(string | null)[]> =>
  (
    (await two.get(`/api/clients/${party.clientId}/posture`, party.viewer)) as {
      findings: { check: { checkId: string }; acceptedUntil: string | null }[];
    }
  ).findings
    .filter(({ check }) => check.checkId === CHECK)
    .map(({ acceptedUntil }) => acceptedUntil);
const scoreOf = async (party: Party): Promise<number> =>
  Number((await two.get(`/api/clients/${party.clientId}/posture`, party.viewer))['score']);

const wish = (party: Party, seconds: number) => ({
  checkId: CHECK,
  target: { kind: 'client', clientId: party.clientId },
  reason: 'They move to a new shop in spring',
  until: new Date(Date.now() + seconds * 1000).toISOString(),
});
const settles = (expected: Readonly<Record<string, boolean>>) =>
  two.muster.until(async () => {
    const now = await covered();
    return Object.entries(expected).every(([site, is]) => now.get(site) === is);
  }, 15_000);
const KESTREL = '/srv/kestrel/www';
const MERLE = '/srv/merle/www';

test('covers what is the client’s on a shared server, and not its neighbour’s', async () => {
  const until = new Date(Date.now() + 86_400_000).toISOString();
  const [before, neighbour] = [await scoreOf(kestrel), await scoreOf(merle)];
  const { waiverId } = await two.ask('POST', '/api/posture/waivers', { ...wish(kestrel, 0), until });
  await settles({ [KESTREL]: true });
  expect(Object.fromEntries(await covered())).toEqual({ [KESTREL]: true, [MERLE]: false, [NOBODYS]: false });
  expect(await acceptedOf(kestrel)).toEqual([until]);
  expect(await acceptedOf(merle)).toEqual([null]);
  expect(await scoreOf(kestrel)).toBeGreaterThan(before);
  expect(await scoreOf(merle)).toBe(neighbour);
  const { waivers } = await two.get('/api/posture/waivers', two.owner);
  expect(waivers).toEqual([
    expect.objectContaining({ waiverId, targetName: 'kestrel ltd', covers: 1, state: 'standing' }),
  ]);

  // What is covered is an event: the read models made anew say the same.
  await two.muster.superuser.query(
    `truncate muster.posture_findings, muster.posture_coverage, muster.posture_scores, muster.posture_waivers,
       muster.posture_groups, muster.posture_waiver_findings;
     delete from es.subscriptions where name = 'read-model/posture-findings'`,
  );
  await two.ask('POST', '/api/groups', { name: 'One more', serverIds: [] });
  await settles({ [KESTREL]: true, [MERLE]: false, [NOBODYS]: false });

  // A site that changes hands leaves the waiver of who had it.
  const { sites } = await two.get(`/api/sites?client=${kestrel.clientId}&server=${two.serverId}`, two.owner);
  const [site] = sites as { siteId: string }[];
  const give = (party: Party) => two.ask('POST', `/api/sites/${site?.siteId}/client`, { clientId: party.clientId });
  await give(merle);
  await settles({ [KESTREL]: false });
  await give(kestrel);
  await settles({ [KESTREL]: true, [MERLE]: false });

  await two.ask('POST', `/api/posture/waivers/${String(waiverId)}/end`, { reason: 'They moved early' });
  await settles({ [KESTREL]: false });
  expect(await acceptedOf(kestrel)).toEqual([null]);
});

test('is open again by itself when its time is up', async () => {
  await two.ask('POST', '/api/posture/waivers', wish(merle, 6));
  await settles({ [MERLE]: true, [KESTREL]: false });
  await settles({ [MERLE]: false, [KESTREL]: false });
  const { waivers } = await two.get('/api/posture/waivers?ended=true', two.owner);
  expect(waivers).toContainEqual(expect.objectContaining({ targetName: 'merle ltd', endedWhy: 'expired' }));
});

test('of a subject covers that alone', async () => {
  const { checks } = (await two.get(`/api/posture/servers/${two.serverId}`, two.owner)) as {
    checks: { checkId: string; findings: { subject: string; evidence: { site: string } }[] }[];
  };
  const subjectOf = (site: string) =>
    checks.find(({ checkId }) => checkId === CHECK)?.findings.find(({ evidence }) => evidence.site === site)?.subject;
  // The neighbour's subject, within what is kestrel's: nothing.
  await two.ask('POST', '/api/posture/waivers', { ...wish(kestrel, 3600), subject: subjectOf(MERLE) });
  await two.ask('POST', '/api/posture/waivers', { ...wish(merle, 3600), subject: subjectOf(MERLE) });
  await settles({ [MERLE]: true, [KESTREL]: false });
});

test('may be given by whoever looks after the client, is unknown to the other client’s, and is not its own people’s', async () => {
  const scope = { kind: 'client', clientId: kestrel.clientId } as const;
  const theirs = await two.muster.person('Kestrel’s operator', { role: 'operator', scope });
  const accept = (party: Party, as = theirs) => two.muster.call('POST', '/api/posture/waivers', as, wish(party, 3600));
  expect((await accept(merle)).status).toBe(404);
  expect((await accept(kestrel, kestrel.admin)).status).toBe(403);
  expect((await accept(kestrel)).status).toBe(202);
  await settles({ [KESTREL]: true });
  const { waivers } = await two.get('/api/posture/waivers', theirs);
  expect(new Set((waivers as { targetName: string }[]).map(({ targetName }) => targetName))).toEqual(
    new Set(['kestrel ltd']),
  );
});
