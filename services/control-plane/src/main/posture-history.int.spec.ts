// The past of the posture: what a page was answered a week ago is what it is answered when it is asked for that moment, also
// after every read model was made anew from the ledger. What changed since, day by day, and what was approved and is different.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LastWeek, WEEK } from './testing/last-week.ts';
import { ProbedServers } from './testing/probed-servers.ts';
import { RunningMuster, type Answer, type SignedIn } from './testing/running-muster.ts';

let muster: RunningMuster;
let owner: SignedIn;
let servers: ProbedServers;
let web: string;
let database: string;
let lastWeek: LastWeek;
/** It opens, is accepted and closes in the first test. */
let findingId: string;

beforeAll(async () => {
  muster = await RunningMuster.start();
  owner = await muster.owner();
  servers = new ProbedServers(muster);
  // From here on until the first test has recorded what pages show, everything happens a week ago.
  lastWeek = await LastWeek.begin(muster.superuser);
  web = await muster.server('past-web');
  database = await muster.server('past-db');
  // Else a server that is plain has nothing left to lose: the score ends at 0.
  for (const duty of ['break-glass-drill', 'incident-plan']) {
    const doneOn = new Date().toISOString().slice(0, 10);
    const said = { duty, target: { kind: 'fleet' }, doneOn, name: 'Olga Owner', note: 'Before the fleet came' };
    const answer = await muster.call('POST', '/api/posture/duties', owner, said);
    if (answer.status !== 202) throw new Error(answer.text);
  }
  await servers.scanned(web, 'debian-12-weak');
  await servers.scanned(database, 'debian-12-plain');
  await muster.until(async () => (await ask('/api/posture'))['judged'] === 2, 20_000);
}, 60_000);
afterAll(() => muster?.stop());

async function ask(path: string, as = owner): Promise<Record<string, unknown>> {
  const answer: Answer = await muster.call('GET', path, as);
  if (answer.status !== 200) throw new Error(`${path}: ${answer.text}`);
  return answer.body;
}
const stateOf = async (checkId: string, serverId = web): Promise<string | undefined> =>
  ((await ask(`/api/posture/servers/${serverId}`))['checks'] as { checkId: string; state: string }[]).find(
    (one) => one.checkId === checkId,
  )?.state;

const PAGES = (): readonly string[] => [
  '/api/posture',
  '/api/posture/findings',
  '/api/posture/findings/SSH-003',
  '/api/posture/findings/FW-004',
  `/api/posture/servers/${web}`,
  `/api/posture/servers/${database}`,
];
/** What else is made of events, and has no past of its own to be asked for. */
const PRESENT = (): readonly string[] => [
  '/api/posture/waivers',
  '/api/posture/waivers?ended=true',
  '/api/posture/duties',
  '/api/posture/intake',
  '/api/posture/policy',
  `/api/posture/host-changes?serverId=${web}`,
  `/api/posture/servers/${web}/baseline`,
  `/api/posture/servers/${web}/findings/${findingId}`,
];
const READ_MODELS = [
  ...['posture_findings', 'posture_coverage', 'posture_scores', 'posture_waivers', 'posture_waiver_findings'],
  ...['posture_groups', 'posture_finding_notes', 'posture_approvals', 'posture_host_changes', 'posture_intake'],
  ...['posture_duties', 'posture_policies'],
];

async function shown(at?: string): Promise<Record<string, unknown>[]> {
  const of = at === undefined ? '' : `?at=${encodeURIComponent(at)}`;
  return Promise.all(PAGES().map((path) => ask(`${path}${of}`)));
}
/**
 * The same pages as they are answered for a moment. Three things are of the present alone, because they are telemetry and in
 * no event: when a server was judged last, and how its probes fared; and `at` is the moment that was asked for.
 */
function asOf(moment: string, pages: readonly Record<string, unknown>[]): Record<string, unknown>[] {
  const past = { at: moment, judgedAt: null, reports: [] };
  return pages.map((page) => {
    const changed = Object.entries(past).filter(([key]) => key in page);
    const rows = page['rows'] as object[] | undefined;
    return {
      ...page,
      ...Object.fromEntries(changed),
      ...(rows === undefined ? {} : { rows: rows.map((row) => ({ ...row, judgedAt: null })) }),
    };
  });
}

describe('a past moment', () => {
  let recorded: Record<string, unknown>[];
  let moment: string;

  test('shows what the pages showed then', async () => {
    const { body } = await muster.call('POST', '/api/posture/waivers', owner, {
      checkId: 'SSH-003',
      target: { kind: 'server', serverId: web },
      reason: 'Behind a bastion until the move',
      until: new Date(Date.now() + 86_400_000).toISOString(),
    });
    await muster.until(async () => JSON.stringify(await ask('/api/posture/findings/SSH-003')).includes('bastion'));
    const { findings } = (await ask('/api/posture/findings/SSH-003')) as {
      findings: { findingId: string; server: { serverId: string } }[];
    };
    findingId = findings.find(({ server }) => server.serverId === web)?.findingId ?? '';
    // As a browser was answered a week ago, by the clocks of then.
    recorded = await lastWeek.by(() => shown());
    moment = new Date(Date.now() - WEEK).toISOString();
    const { rows } = await muster.superuser.query<{ days: number }>(
      `select extract(epoch from now() - max(recorded_at)) / 86400 as days from es.events where event_type like 'posture.%'`,
    );
    expect(Number(rows[0]?.days)).toBeCloseTo(7, 1);
    await lastWeek.end();
    // Later everything is different: mended, another finding changed, the waiver ended.
    for (const probe of ['sshd', 'listeners'])
      await servers.report(web, await servers.reportOf('debian-12-hardened', probe));
    await servers.report(database, await servers.reportOf('debian-12-weak', 'sshd'));
    await muster.call('POST', `/api/posture/waivers/${String(body['waiverId'])}/end`, owner, { reason: 'Moved' });
    await muster.until(
      async () => (await stateOf('SSH-001')) === 'pass' && (await stateOf('SSH-001', database)) === 'fail',
      20_000,
    );
    expect(asOf(moment, await shown())).not.toEqual(asOf(moment, recorded));
    expect(await shown(moment)).toEqual(asOf(moment, recorded));
  });

  test('shows the same after every read model was thrown away and made anew', async () => {
    const rest = (): Promise<Record<string, unknown>[]> => Promise.all(PRESENT().map((path) => ask(path)));
    // Of the present the time of the answer and of the last judgement move on.
    const present = async (): Promise<string> => JSON.stringify(asOf('', [...(await shown()), ...(await rest())]));
    const now = await present();
    const { rows } = await muster.superuser.query<{ name: string }>(
      `select name from es.subscriptions where name like 'read-model/posture-%' order by name`,
    );
    expect(rows.map(({ name }) => name.replace('read-model/posture-', ''))).toEqual([
      'duties',
      'finding-notes',
      'findings',
      'intake',
      'inventory',
      'policies',
    ]);
    await muster.superuser.query(
      `truncate ${READ_MODELS.map((table) => `muster.${table}`).join(', ')};
       delete from es.subscriptions where name like 'read-model/posture-%'`,
    );
    await muster.call('POST', '/api/groups', owner, { name: 'One more', serverIds: [] });
    // Until a finding is there again its page is not.
    await muster.until(async () => (await present().catch(() => '')) === now, 20_000);
    expect(await shown(moment)).toEqual(asOf(moment, recorded));
  });

  test('is not the future, and before everything there was nothing', async () => {
    const ahead = await muster.call('GET', `/api/posture?at=${new Date(Date.now() + 60_000).toISOString()}`, owner);
    expect(ahead.status).toBe(400);
    expect(await ask('/api/posture?at=2020-01-01T00:00:00Z')).toMatchObject({ judged: 0, rows: [] });
  });

  test('is told as what opened and what closed since then, and as a line of days', async () => {
    const since = await ask(`/api/posture/changes?since=${moment}`);
    expect(since['opened']).toContainEqual(expect.objectContaining({ checkId: 'SSH-001', names: ['past-db'] }));
    expect(since['closed']).toContainEqual(expect.objectContaining({ checkId: 'SSH-001', names: ['past-web'] }));
    expect(since['worse']).toBe(1);
    const points = (await ask('/api/posture/trend?days=14'))['points'] as { score: number | null; judged: number }[];
    expect(points).toHaveLength(15);
    expect(points[0]).toMatchObject({ score: null, judged: 0 });
    const [then] = recorded;
    expect(points.slice(8, 14)).toEqual(
      Array.from({ length: 6 }, () => expect.objectContaining({ score: then?.['score'] })),
    );
    expect(points.at(-1)).toMatchObject({ score: (await ask('/api/posture'))['score'], judged: 2 });
  });

  test('says what to do about a finding on that very server, and takes it back', async () => {
    const { findings } = (await ask('/api/posture/findings/SSH-001')) as {
      findings: { findingId: string; server: { serverId: string } }[];
    };
    const open = findings.find(({ server }) => server.serverId === database)?.findingId ?? '';
    const { guide } = (await ask(`/api/posture/servers/${database}/findings/${open}`)) as {
      guide: { mend: { say: string; command: string | null }[]; undo: { command: string | null }[] };
    };
    expect(guide.mend[0]?.say).toContain('permitrootlogin yes');
    expect(guide.mend.map(({ command }) => command)).toContain('sshd -t && systemctl reload ssh');
    expect(guide.undo[0]?.command).toContain('/etc/ssh/sshd_config.d/00-muster.conf');
  });

  test('keeps a server that was retired since', async () => {
    await muster.call('POST', `/api/servers/${database}/retire`, owner, { reason: 'Sold' });
    await muster.until(async () => (await ask('/api/posture'))['judged'] === 1);
    expect(await ask(`/api/posture?at=${moment}`)).toMatchObject({ judged: 2 });
  });
});

describe('one finding', () => {
  test('is taken by somebody, commented on, and tells its life', async () => {
    const path = `/api/posture/servers/${web}/findings/${findingId}`;
    expect((await muster.call('POST', `${path}/take`, owner, { take: true })).status).toBe(202);
    await muster.call('POST', `${path}/comments`, owner, { comment: 'The vendor has a ticket' });
    await muster.until(async () => JSON.stringify(await ask(path)).includes('The vendor has a ticket'));
    const life = await ask(path);
    expect(life).toMatchObject({ open: false, owner: 'Olga Owner', mine: true });
    const moments = (life['moments'] as { what: string }[]).map(({ what }) => what);
    expect(moments.slice(0, 2)).toEqual(['comment', 'taken']);
    expect(moments).toEqual(expect.arrayContaining(['closed', 'accepted', 'opened']));
    expect(moments.at(-1)).toBe('opened');
    const elsewhere = await muster.call(
      'POST',
      `/api/posture/servers/${database}/findings/${findingId}/take`,
      owner,
      {},
    );
    expect(elsewhere.status).toBe(404);
  });
});

describe('what a server has', () => {
  const list = async (kind: string, rest = ''): Promise<Record<string, unknown>[]> =>
    (await ask(`/api/posture/inventory/${kind}?serverId=${web}${rest}`))['rows'] as Record<string, unknown>[];

  test('stands in lists over the fleet, with what nobody answers for standing out', async () => {
    const keys = await list('keys');
    expect(keys.length).toBeGreaterThan(0);
    expect(keys[0]?.['facts']).toMatchObject({ fingerprint: expect.stringMatching(/^SHA256:/) as unknown });
    expect(keys).toContainEqual(
      expect.objectContaining({
        standsOut: 'Not used in 90 days',
        facts: expect.objectContaining({
          lastUsed: expect.stringMatching(/^2026-07-/) as unknown,
          from: '198.51.100.20',
        }) as unknown,
      }),
    );
    const ports = await list('ports', '&standsOut=true');
    expect(ports).toContainEqual(
      expect.objectContaining({ item: 'tcp/80 on 0.0.0.0', standsOut: 'Nobody has said why it is open' }),
    );
    const all = await ask('/api/posture/inventory/updates?limit=1');
    expect(all).toMatchObject({ notKnown: { servers: expect.any(Number) as unknown } });
  });

  test('tells what ends some day by its end: branches of PHP, certificates; and WordPress by its version', async () => {
    expect((await list('php')).map(({ item, standsOut }) => [item, standsOut])).toEqual([
      ['PHP 7.4', 'It gets no security fixes'],
      ['PHP 8.2', expect.anything()],
    ]);
    const ends = (await list('certificates')).map(({ facts }) => (facts as { until: string }).until);
    expect(ends.length).toBeGreaterThan(1);
    expect(ends).toEqual(ends.toSorted());
    expect((await list('wordpress'))[0]).toMatchObject({ facts: { version: '6.1.1', fixed: '6.1.9' } });
    const csv = await muster.call('GET', '/api/posture/inventory/certificates/export?format=csv', owner);
    expect(csv.text).toContain('old.test');
  });

  test('pages through without missing or repeating a row', async () => {
    const whole = (await ask('/api/posture/inventory/ports'))['rows'] as { item: string }[];
    const paged: string[] = [];
    for (let after = ''; ;) {
      const page = await ask(`/api/posture/inventory/ports?limit=1${after}`);
      paged.push(...(page['rows'] as { item: string }[]).map(({ item }) => item));
      if (page['next'] === null) break;
      after = `&after=${encodeURIComponent(page['next'] as string)}`;
    }
    expect(paged).toEqual(whole.map(({ item }) => item));
  });

  test('is approved by somebody until a review, and stands out again when it is withdrawn', async () => {
    const approve = (body: object) =>
      muster.call('POST', `/api/posture/servers/${web}/baseline`, owner, {
        reason: 'As it was built',
        reviewAt: new Date(Date.now() + 90 * 86_400_000).toISOString(),
        ...body,
      });
    expect((await approve({ kind: 'ports', items: null })).status).toBe(202);
    await muster.until(async () => (await list('ports', '&standsOut=true')).length === 0);
    expect((await list('ports'))[0]).toMatchObject({ approval: { owner: 'Olga Owner', reason: 'As it was built' } });
    const late = await approve({
      kind: 'ports',
      items: null,
      reviewAt: new Date(Date.now() + 400 * 86_400_000).toISOString(),
    });
    expect([late.status, late.body['code']]).toEqual([400, 'review-date']);
    await muster.call('POST', `/api/posture/servers/${web}/baseline/withdraw`, owner, {
      kind: 'ports',
      items: ['tcp/80 on 0.0.0.0'],
      reason: 'It moves',
    });
    await muster.until(async () => (await list('ports', '&standsOut=true')).length === 1);
  });

  test('is drift when it is different from what was approved, told as a change that nobody of ours made', async () => {
    await servers.report(web, await servers.reportOf('debian-12-weak', 'listeners'));
    await muster.until(async () => (await list('ports', '&standsOut=true')).length > 2, 20_000);
    const newest = async (): Promise<Record<string, unknown> | undefined> =>
      ((await ask(`/api/posture/host-changes?serverId=${web}`))['changes'] as Record<string, unknown>[])[0];
    await muster.until(async () => JSON.stringify((await newest())?.['appeared']).includes('tcp/6379'));
    expect(await newest()).toMatchObject({ kind: 'ports', operationId: null });
    const { kinds } = (await ask(`/api/posture/servers/${web}/baseline`)) as {
      kinds: { kind: string; known: boolean; added: { item: string }[] }[];
    };
    expect(kinds.find(({ kind }) => kind === 'ports')?.added.map(({ item }) => item)).toContainEqual(
      expect.stringContaining('tcp/6379'),
    );
  });

  test('is exported whole, and shown to nobody who may not see the server', async () => {
    const csv = await muster.call('GET', '/api/posture/inventory/ports/export?format=csv', owner);
    expect(csv.text.split('\r\n')[0]).toBe(
      'server,port,address,program,unit,package,first seen,stands out,reason,answered by,review',
    );
    expect(csv.text).toContain('Nobody has said why it is open');
    const apart = await muster.server('apart-web');
    const { body: group } = await muster.call('POST', '/api/groups', owner, { name: 'Apart', serverIds: [apart] });
    const ofGroup = `/api/posture/inventory/ports/export?format=csv&groupId=${String(group['groupId'])}`;
    expect((await muster.call('GET', ofGroup, owner)).text.trim().split('\r\n')).toHaveLength(1);
    const guest = await muster.person('Guest', { role: 'security', scope: { kind: 'server', serverId: apart } });
    expect(await ask('/api/posture/inventory/ports', guest)).toMatchObject({ rows: [], notKnown: { servers: 0 } });
    expect((await ask('/api/posture/host-changes', guest))['changes']).toEqual([]);
    expect((await muster.call('GET', `/api/posture/servers/${web}/baseline`, guest)).status).toBe(404);
  });
});
