// Posture through a whole control plane: reports of a real, weak server come in as its agent sends them, findings open,
// change and close as events, waivers take them out of the score and give them back.
import type { ProbeReport } from '@muster/contracts/posture';
import { newId } from '@muster/kernel/ids';
import { checks } from '@muster/posture/checks';
import { scoreOf, type Weighed } from '@muster/posture/score';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ProbedServers, type Machine } from './testing/probed-servers.ts';
import { RunningMuster, type SignedIn } from './testing/running-muster.ts';

let muster: RunningMuster;
let owner: SignedIn;
let servers: ProbedServers;

beforeAll(async () => {
  muster = await RunningMuster.start();
  owner = await muster.owner();
  servers = new ProbedServers(muster);
}, 60_000);
afterAll(() => muster?.stop());

const reportOf = (machine: Machine, name: string): Promise<ProbeReport> => servers.reportOf(machine, name);
const report = (serverId: string, item: ProbeReport): Promise<void> => servers.report(serverId, item);
const scanned = (serverId: string, machine: Machine): Promise<void> => servers.scanned(serverId, machine);

interface Check {
  readonly checkId: string;
  readonly state: string;
  readonly why: string | null;
  readonly findings: {
    findingId: string;
    subject: string | null;
    waiver: unknown;
    evidence: Record<string, unknown>;
  }[];
}
async function checksOf(serverId: string, as = owner): Promise<Map<string, Check>> {
  const { body } = await muster.call('GET', `/api/posture/servers/${serverId}`, as);
  return new Map((body['checks'] as Check[] | undefined)?.map((one) => [one.checkId, one]));
}
const stateOf = async (serverId: string, checkId: string): Promise<string | undefined> =>
  (await checksOf(serverId)).get(checkId)?.state;
interface Row {
  readonly server: { readonly serverId: string };
  readonly score: number;
  readonly counts: { readonly critical: number; readonly accepted: number };
}
async function rowOf(serverId: string, as = owner): Promise<Row | undefined> {
  const { body } = await muster.call('GET', '/api/posture?limit=200', as);
  return (body['rows'] as Row[]).find(({ server }) => server.serverId === serverId);
}
async function eventsOf(serverId: string): Promise<{ event_type: string; data: Record<string, unknown> }[]> {
  const { rows } = await muster.superuser.query<{ event_type: string; data: Record<string, unknown> }>(
    `select event_type, convert_from(body, 'UTF8')::jsonb as data from es.events where stream_id = $1 order by stream_version`,
    [`posture-${serverId}`],
  );
  return rows;
}
const soon = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();

describe('a weak server', () => {
  let serverId: string;
  beforeAll(async () => {
    serverId = await muster.server('weak-web');
    await scanned(serverId, 'debian-12-weak');
    await muster.until(async () => (await stateOf(serverId, 'SSH-001')) === 'fail', 15_000);
  });

  test('has every finding with its evidence, as events and on the pages', async () => {
    const found = await checksOf(serverId);
    expect(found.size).toBe(checks.length);
    expect(found.get('ACC-001')?.findings[0]).toMatchObject({ subject: 'account toor', evidence: { account: 'toor' } });
    expect(found.get('FW-004')?.findings.map(({ evidence }) => evidence)).toContainEqual(
      expect.objectContaining({ service: 'Redis', port: 6379 }),
    );
    const opened = (await eventsOf(serverId)).filter(({ event_type }) => event_type === 'posture.FindingOpened');
    const shown = [...found.values()].flatMap(({ findings }) => findings.map(({ findingId }) => findingId));
    expect(new Set(opened.map(({ data }) => data['findingId']))).toEqual(new Set(shown));
  });

  test('is judged once when it says the same again, and changes when its evidence does', async () => {
    const before = (await eventsOf(serverId)).length;
    await scanned(serverId, 'debian-12-weak');
    const changed = await reportOf('debian-12-weak', 'listeners');
    const reading = changed.reading as { listeners: { port: number; process: string | null }[] };
    for (const one of reading.listeners) if (one.port === 6379) one.process = 'valkey-server';
    await report(serverId, { ...changed, sha256: 'f'.repeat(64) });
    await muster.until(async () => (await eventsOf(serverId)).length > before, 15_000);
    // To FW-003 the same port of another program is another finding.
    const news = (await eventsOf(serverId)).slice(before).filter(({ data }) => data['checkId'] === 'FW-004');
    expect(news.map(({ event_type }) => event_type)).toEqual(['posture.FindingChanged']);
    expect(news[0]?.data).toMatchObject({ evidence: { program: 'valkey-server' } });
  });

  test('what nobody could read keeps its findings open and is told as not known', async () => {
    await report(serverId, {
      ...(await reportOf('debian-12-weak', 'accounts')),
      sha256: 'e'.repeat(64),
      reading: null,
      error: 'The root helper did not answer',
    });
    await muster.until(async () => (await checksOf(serverId)).get('ACC-001')?.why !== null, 15_000);
    const found = (await checksOf(serverId)).get('ACC-001');
    expect([found?.state, found?.findings.length]).toEqual(['fail', 1]);
    await report(serverId, await reportOf('debian-12-weak', 'accounts'));
    await muster.until(async () => (await checksOf(serverId)).get('ACC-001')?.why === null, 15_000);
  });

  test('gets better when it is mended: findings close, and the map says so', async () => {
    const critical = async () => (await rowOf(serverId))?.counts.critical ?? 0;
    const before = await critical();
    await report(serverId, await reportOf('debian-12-hardened', 'listeners'));
    await report(serverId, await reportOf('debian-12-hardened', 'sshd'));
    await muster.until(async () => (await stateOf(serverId, 'SSH-001')) === 'pass', 15_000);
    await muster.until(async () => (await critical()) <= before - 3);
    const closed = (await eventsOf(serverId)).filter(({ event_type }) => event_type === 'posture.FindingClosed');
    expect(closed.map(({ data }) => data['checkId'])).toEqual(expect.arrayContaining(['SSH-001', 'SSH-004', 'FW-004']));
  });

  test('opens the same finding again, not another one', async () => {
    const first = (await eventsOf(serverId)).find(({ data }) => data['checkId'] === 'SSH-004')?.data['findingId'];
    await report(serverId, await reportOf('debian-12-weak', 'sshd'));
    await muster.until(async () => (await stateOf(serverId, 'SSH-004')) === 'fail', 15_000);
    expect((await checksOf(serverId)).get('SSH-004')?.findings[0]?.findingId).toBe(first);
  });

  test('leaves no secret of the host in the database', async () => {
    const { rows } = await muster.superuser.query<{ all: string }>(
      `select (select string_agg(report::text, '') from muster.posture_reports)
        || (select string_agg(convert_from(body, 'UTF8'), '') from es.events) as all`,
    );
    expect(rows[0]?.all.length).toBeGreaterThan(10_000);
    expect(rows[0]?.all).not.toContain('seeded-secret-7f3a');
  });
});

describe('waivers', () => {
  let serverId: string;
  beforeAll(async () => {
    serverId = await muster.server('waived-web');
    await scanned(serverId, 'debian-12-weak');
    await muster.until(async () => (await stateOf(serverId, 'SSH-003')) === 'fail', 15_000);
  });
  const waive = (body: object) =>
    muster.call('POST', '/api/posture/waivers', owner, {
      target: { kind: 'server', serverId },
      reason: 'Behind a bastion until the move',
      until: soon(30),
      ...body,
    });
  const waived = async (checkId: string): Promise<boolean> =>
    ((await checksOf(serverId)).get(checkId)?.findings ?? []).some(({ waiver }) => waiver !== null);

  test('take a finding out of the score until they are ended, and give it back', async () => {
    const before = (await rowOf(serverId))?.score;
    const { body } = await waive({ checkId: 'SSH-003' });
    expect(body['needsSecond']).toBe(false);
    await muster.until(() => waived('SSH-003'));
    const row = await rowOf(serverId);
    expect(row?.counts).toMatchObject({ accepted: 1 });
    expect(row?.score).toBeGreaterThanOrEqual(before ?? 0);
    const ended = await muster.call('POST', `/api/posture/waivers/${String(body['waiverId'])}/end`, owner, {
      reason: 'Moved',
    });
    expect(ended.status).toBe(202);
    await muster.until(async () => !(await waived('SSH-003')));
    expect((await rowOf(serverId))?.score).toBe(before);
  });

  test('of a critical check count only when a second person agrees, and nobody is his own second', async () => {
    const { body } = await waive({ checkId: 'FW-004', subject: 'port tcp/6379 on 0.0.0.0' });
    const waiverId = String(body['waiverId']);
    expect(body['needsSecond']).toBe(true);
    const own = await muster.call('POST', `/api/posture/waivers/${waiverId}/approve`, owner, {});
    expect([own.status, own.body['code']]).toEqual([403, 'own-waiver']);
    expect(await waived('FW-004')).toBe(false);
    const second = await muster.person('Second Person', { role: 'security', scope: { kind: 'fleet' } });
    const listed = await muster.call('GET', '/api/posture/waivers', second);
    expect(listed.body['waivers']).toContainEqual(
      expect.objectContaining({ waiverId, state: 'asked', mayApprove: true }),
    );
    const agreed = await muster.call('POST', `/api/posture/waivers/${waiverId}/approve`, second, {});
    expect(agreed.status, agreed.text).toBe(202);
    await muster.until(() => waived('FW-004'));
  });

  test('last at most a year, and end by themselves', async () => {
    const late = await waive({ checkId: 'UPD-005', until: soon(400) });
    expect([late.status, late.body['code']]).toEqual([400, 'end-too-late']);
    const { body } = await waive({ checkId: 'UPD-005', until: new Date(Date.now() + 4000).toISOString() });
    await muster.until(() => waived('UPD-005'));
    await muster.until(async () => !(await waived('UPD-005')), 15_000);
    const { body: list } = await muster.call('GET', '/api/posture/waivers?ended=true', owner);
    expect(list['waivers']).toContainEqual(
      expect.objectContaining({ waiverId: body['waiverId'], endedWhy: 'expired' }),
    );
  });

  test('of a group cover its members, and nobody who has left', async () => {
    const { body: made } = await muster.call('POST', '/api/groups', owner, {
      name: 'Waived group',
      serverIds: [serverId],
    });
    const groupId = String(made['groupId']);
    await waive({ checkId: 'ACC-006', target: { kind: 'group', groupId } });
    await muster.until(() => waived('ACC-006'));
    await muster.call('POST', `/api/groups/${groupId}/members`, owner, { serverIds: [] });
    await muster.until(async () => !(await waived('ACC-006')));
  });

  test('are listed with a group that they mean or hold a server of, as its findings are', async () => {
    const groupOf = async (name: string, server: string): Promise<string> =>
      String((await muster.call('POST', '/api/groups', owner, { name, serverIds: [server] })).body['groupId']);
    const mine = await groupOf('Mine', serverId);
    const beside = await groupOf('Beside', serverId);
    const spared = await groupOf('Spared', await muster.server('spared-web'));
    const targets = [
      ...[
        { kind: 'server', serverId },
        { kind: 'group', groupId: mine },
        { kind: 'group', groupId: beside },
      ],
      ...[{ kind: 'group', groupId: spared }, { kind: 'fleet' }],
    ];
    const made: string[] = [];
    for (const target of targets) {
      const { body, text } = await waive({ checkId: 'SSH-003', target });
      expect(body['waiverId'], text).toBeDefined();
      made.push(String(body['waiverId']));
    }
    const [ofServer, ofMine, ofBeside, ofSpared, ofFleet] = made;
    const listed = async (question: string): Promise<Set<string>> => {
      const { body } = await muster.call('GET', `/api/posture/waivers${question}`, owner);
      const all = (body['waivers'] as { waiverId: string }[]).map(({ waiverId }) => waiverId);
      return new Set(all.filter((one) => made.includes(one)));
    };
    await muster.until(async () => (await listed('')).size === made.length);
    expect(await listed(`?groupId=${mine}`)).toEqual(new Set([ofServer, ofMine, ofBeside, ofFleet]));
    expect(await listed(`?groupId=${spared}`)).toEqual(new Set([ofSpared, ofFleet]));
    expect((await muster.call('GET', `/api/posture/waivers?groupId=${newId()}`, owner)).status).toBe(404);
    const found = async (groupId: string): Promise<unknown> =>
      (await muster.call('GET', `/api/posture/findings/ACC-001?groupId=${groupId}`, owner)).body['findings'];
    expect(await found(mine)).toMatchObject([{ server: { serverId } }]);
    expect(await found(spared)).toEqual([]);
    for (const waiverId of made)
      await muster.call('POST', `/api/posture/waivers/${waiverId}/end`, owner, { reason: 'Looked at' });
    await muster.until(async () => (await listed('')).size === 0);
    expect(await listed(`?ended=true&groupId=${spared}`)).toEqual(new Set([ofSpared, ofFleet]));
  });
});

describe('the fleet', () => {
  test('groups findings by check, worst first, and shows evidence side by side', async () => {
    const { body } = await muster.call('GET', '/api/posture/findings', owner);
    const groups = body['groups'] as { checkId: string; severity: string; servers: number; names: string[] }[];
    expect(groups[0]?.severity).toBe('critical');
    expect(groups.find(({ checkId }) => checkId === 'ACC-001')).toMatchObject({
      servers: 2,
      names: ['waived-web', 'weak-web'],
    });
    const { body: one } = await muster.call('GET', '/api/posture/findings/ACC-001', owner);
    expect(one['findings']).toHaveLength(2);
    expect(one['check']).toMatchObject({
      checkId: 'ACC-001',
      maps: expect.arrayContaining(['CIS 5.4.2.1']) as unknown,
    });
  });

  test('has, of a group, the mean of its servers’ scores, each by the formula from what is open there', async () => {
    const { body } = await muster.call('GET', '/api/posture?limit=200', owner);
    const serverIds = (body['rows'] as Row[]).map(({ server }) => server.serverId);
    expect(serverIds).toHaveLength(2);
    const byFormula = async (serverId: string): Promise<number> => {
      const { body: page } = await muster.call('GET', `/api/posture/servers/${serverId}`, owner);
      const open = (page['checks'] as (Check & Weighed)[]).flatMap(({ area, severity, findings }) =>
        findings.flatMap(({ waiver }) => (waiver === null ? [{ area, severity }] : [])),
      );
      expect(page['score']).toBe(scoreOf(open));
      return scoreOf(open);
    };
    const [one, other] = [await byFormula(serverIds[0] ?? ''), await byFormula(serverIds[1] ?? '')];
    const scoreOfGroup = async (name: string, members: readonly string[]): Promise<unknown> => {
      const { body: made } = await muster.call('POST', '/api/groups', owner, { name, serverIds: members });
      return (await muster.call('GET', `/api/posture?groupId=${String(made['groupId'])}`, owner)).body['score'];
    };
    expect(await scoreOfGroup('Both', serverIds)).toBe(Math.round(((one + other) / 2) * 10) / 10);
    expect(await scoreOfGroup('One of them', serverIds.slice(0, 1))).toBe(Math.round(one * 10) / 10);
    expect(await scoreOfGroup('None of them', [])).toBeNull();
  });

  test('is exported as CSV in which no cell is a formula, and as JSON', async () => {
    const csv = await muster.call('GET', '/api/posture/export?format=csv', owner);
    const [head, ...lines] = csv.text.trim().split('\r\n');
    expect(head).toMatch(/^server,check,area,severity/);
    expect(lines.some((line) => line.includes('ACC-001') && line.includes('account=toor'))).toBe(true);
    expect(lines.flatMap((line) => line.split(',')).filter((cell) => /^"?[=+@-]/.test(cell))).toEqual([]);
    const json = await muster.call('GET', '/api/posture/export?format=json', owner);
    expect(json.text.trim().split('\n').length).toBe(lines.length);
  });

  test('is reviewed area by area, page by page, nothing missing and nothing twice', async () => {
    const read = async (path: string) => (await muster.call('GET', `/api/posture/review${path}`, owner)).body;
    type Reviewed = { findingId: string; check: { area: string } };
    const whole = (await read('?limit=200'))['findings'] as Reviewed[];
    const areas = whole.map(({ check }) => check.area).filter((area, index, all) => area !== all[index - 1]);
    expect(new Set(areas).size).toBe(areas.length);
    const paged: Reviewed[] = [];
    for (let after = ''; ;) {
      const page = await read(`?limit=37${after}`);
      paged.push(...(page['findings'] as Reviewed[]));
      if (page['next'] === null) break;
      after = `&after=${page['next'] as string}`;
    }
    const exported = await muster.call('GET', '/api/posture/export?format=json', owner);
    const lines = exported.text.trim().split('\n');
    const ids = lines.map((line) => (JSON.parse(line) as { findingId: string }).findingId);
    expect(ids.length).toBeGreaterThan(100);
    expect(paged.map(({ findingId }) => findingId)).toEqual(ids);
    expect(whole.map(({ findingId }) => findingId)).toEqual(ids.slice(0, 200));
  });

  test('shows somebody with one server that server alone', async () => {
    const apart = await muster.server('apart-db');
    const guest = await muster.person('Guest', { role: 'security', scope: { kind: 'server', serverId: apart } });
    const { body } = await muster.call('GET', '/api/posture', guest);
    expect([body['rows'], body['judged'], body['servers']]).toEqual([[], 0, 1]);
    expect((await muster.call('GET', '/api/posture/findings', guest)).body['groups']).toEqual([]);
    expect((await muster.call('GET', '/api/posture/review', guest)).body['findings']).toEqual([]);
    const never = await checksOf(apart, guest);
    expect([...never.values()].every(({ state }) => state === 'unknown')).toBe(true);
  });

  test('is the same after its read models were thrown away and made anew', async () => {
    const before = (await muster.call('GET', '/api/posture', owner)).body['rows'];
    await muster.superuser.query(
      `truncate muster.posture_findings, muster.posture_coverage, muster.posture_scores, muster.posture_waivers,
         muster.posture_groups;
       delete from es.subscriptions where name = 'read-model/posture-findings'`,
    );
    const again = await muster.call('POST', '/api/groups', owner, { name: 'One more', serverIds: [] });
    expect(again.status).toBe(202);
    await muster.until(async () => {
      const rows = (await muster.call('GET', '/api/posture', owner)).body['rows'];
      return JSON.stringify(rows) === JSON.stringify(before);
    }, 15_000);
  });

  test('forgets a server that was retired', async () => {
    const gone = await muster.server('gone-web');
    await scanned(gone, 'debian-12-weak');
    await muster.until(async () => (await stateOf(gone, 'SSH-001')) === 'fail', 15_000);
    await muster.call('POST', `/api/servers/${gone}/retire`, owner, { reason: 'Sold' });
    await muster.until(async () => (await rowOf(gone)) === undefined);
  });
});
