// Every check on what real programs of a Debian 12 server printed: hardened, with every weakness planted, and read by a
// user without rights. The fixtures are recorded by test/lab/posture/record.ts.
import { describe, expect, it } from 'vitest';
import { BROKEN_SSHD, BUSY_PROGRAM } from '../../../test/lab/posture/planted-alone.ts';
import { OF_EVERY_SERVER, WEAKNESSES } from '../../../test/lab/posture/weaknesses.ts';
import { NEED_PRIVILEGE } from '../../../test/lab/posture/without-rights.ts';
import type { CheckDefinition } from './check.ts';
import { checkOf, checks } from './checks.ts';
import { isKnownHere } from './known.ts';
import { judgeCheck, judgeServer, STALE_MS, type CheckResult } from './judge.ts';
import { outsideSources } from './outside.ts';
import { posturePolicy } from './policy.ts';
import { probes } from './probes.ts';
import { RECORDED_AT as now, recordedReports } from './testing/recorded.ts';
import { MADE_TO_FAIL } from './testing/tried.ts';

const circumstances = { policy: posturePolicy, now };

const judged = async (server: string): Promise<CheckResult[]> =>
  judgeServer(await recordedReports(server), circumstances);
const failing = (results: readonly CheckResult[]): string[] =>
  results.filter(({ state }) => state === 'fail').map(({ check }) => check.id);

describe('probes on recorded answers', () => {
  it.each([
    ...['debian-12-hardened', 'debian-12-weak', 'debian-12-plain'],
    ...['debian-12-unprivileged', 'debian-12-weak-unprivileged'],
  ])('all understand %s', async (server) => {
    for (const report of (await recordedReports(server)).values()) expect(report.error, report.probe).toBeNull();
    expect((await recordedReports(server)).size).toBe(probes.length);
  });
});

describe('a check', () => {
  const [any] = checks;
  if (any === undefined) throw new Error('there is no check');
  const asked = (judge: CheckDefinition['judge']): CheckResult =>
    judgeCheck({ ...any, reads: {}, compares: {}, judge }, new Map(), circumstances);

  it('that throws is told as an error, never as not known or fine', () => {
    const { state, why, failures } = asked(() => {
      throw new Error('nobody thought of that');
    });
    expect([state, why, failures]).toEqual(['error', 'The check failed: nobody thought of that', []]);
  });

  const found = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ subject: `site ${String(at).padStart(3, '0')}`, evidence: { at } }));

  it('that finds up to a hundred things tells all of them', () => {
    const { state, why, failures } = asked(() => ({ state: 'fail', failures: found(100) }));
    expect([state, why, failures.length]).toEqual(['fail', null, 100]);
  });

  it('that finds more says so, and tells the same ones in whatever order they come', () => {
    const all = found(134);
    const answers = [all, all.toReversed()].map((failures) => asked(() => ({ state: 'fail', failures })));
    for (const { state, why, failures } of answers) {
      expect([state, why]).toEqual(['fail', '134 were found, and the first 100 of them by name are told']);
      expect(failures.map(({ subject }) => subject)).toEqual(found(100).map(({ subject }) => subject));
    }
  });
});

describe('checks', () => {
  it('find nothing on the hardened twin but what a container cannot have', async () => {
    const results = await judged('debian-12-hardened');
    expect(failing(results).filter((id) => !(id in OF_EVERY_SERVER))).toEqual([]);
    expect(results.filter(({ state }) => state === 'error')).toEqual([]);
  });

  const weak = judged('debian-12-weak');
  it.each(WEAKNESSES.map(({ check, shows }) => [check, shows] as const))(
    '%s is found on the weak server, with %s',
    async (id, shows) => {
      const result = (await weak).find(({ check }) => check.id === id);
      expect(result?.state).toBe('fail');
      expect(
        result?.failures.some((one) => JSON.stringify(one).includes(shows) || one.subject?.includes(shows)),
        JSON.stringify(result?.failures),
      ).toBe(true);
    },
  );

  it.each([
    ['WAF-001', 'debian-12-plain', '"loaded":true'],
    ['DKR-002', 'docker-20-weak', 'container recorded-site'],
    ['DKR-003', 'docker-20-weak', 'the host’s network, the host’s processes, /var/run/docker.sock'],
    ['DKR-007', 'docker-20-weak', 'container recorded-tool'],
  ])('%s is found on %s, with %s', async (id, server, shows) => {
    const result = (await judged(server)).find(({ check }) => check.id === id);
    expect([result?.state, result?.why]).toEqual(['fail', null]);
    expect(JSON.stringify(result?.failures)).toContain(shows);
  });

  it('takes a container that was there when the server was taken on for known', async () => {
    const results = await judged('docker-20-hardened');
    expect(results.find(({ check }) => check.id === 'DKR-007')?.state).toBe('pass');
    expect(results.find(({ check }) => check.id === 'DKR-003')?.state).toBe('pass');
  });

  it.each(Object.entries(OF_EVERY_SERVER))(
    '%s is found on the hardened and on the weak server, with %s',
    async (id, shows) => {
      for (const server of ['debian-12-hardened', 'debian-12-weak']) {
        const result = (await judged(server)).find(({ check }) => check.id === id);
        expect([server, result?.state]).toEqual([server, 'fail']);
        expect(JSON.stringify(result?.failures)).toContain(shows);
      }
    },
  );

  it.each([
    ['TIME-001', 'debian-12-unsynchronised', '"synchronised":false', 'debian-12-chrony'],
    ['DKR-001', 'docker-documented', 'tcp://0.0.0.0:2375', 'docker-documented-idle'],
    ['F2B-003', 'linux-documented-weak', '"ssh":"2222","jail":"22"', 'linux-documented'],
    ['FW-006', 'linux-documented-weak', '"ipv4":"filter/input"', 'linux-documented'],
    ['RES-002', 'linux-documented-weak', 'disk /etc/hosts', 'linux-documented'],
    ['TIME-001', 'linux-documented-weak', '"synchronised":false', 'linux-documented'],
    ['UPD-003', 'linux-documented-weak', '"result":"exit-code"', 'linux-documented'],
    ['KRN-001', 'linux-documented-weak', 'kernel.randomize_va_space = 0', 'linux-documented'],
    ['KRN-002', 'linux-documented-weak', 'net.ipv4.conf.all.accept_source_route = 1', 'linux-documented'],
    ['LOG-003', 'linux-documented-weak', '"watched":"/etc/passwd, /etc/shadow"', 'linux-documented'],
    ['RES-003', 'linux-documented-weak', '"killed":"mariadbd"', 'linux-documented'],
    ['DKR-004', 'docker-documented', 'container worker', 'docker-documented-idle'],
  ])('%s is found on %s, with %s, and not on %s', async (id, wrong, shows, fine) => {
    const of = async (server: string) => (await judged(server)).find(({ check }) => check.id === id);
    const found = await of(wrong);
    expect(found?.state).toBe('fail');
    expect(JSON.stringify(found?.failures)).toContain(shows);
    expect(await of(fine)).toMatchObject({ state: 'pass', failures: [] });
  });

  it('PHP-002 passes as long as the branch is improved', async () => {
    const check = checkOf('PHP-002');
    const php = { ...posturePolicy.php, '8.2': { active: '2027-12-31', security: '2028-12-31' } };
    const reports = await recordedReports('debian-12-hardened');
    expect(check && judgeCheck(check, reports, { policy: { ...posturePolicy, php }, now }).state).toBe('pass');
  });

  it('F2B-006 asks only when the policy names administrators’ networks', async () => {
    const check = checks.find(({ id }) => id === 'F2B-006');
    if (check === undefined) throw new Error('there is no such check');
    const reports = await recordedReports('debian-12-hardened');
    const asked = (adminNetworks: string[]) =>
      judgeCheck(check, reports, { policy: { ...posturePolicy, adminNetworks }, now });
    expect(asked([]).state).toBe('not-applicable');
    expect(asked(['198.51.100.0/24']).failures.map(({ subject }) => subject)).toContain('jail sshd');
    expect(MADE_TO_FAIL['judge.spec.ts']).toEqual([check.id]);
  });

  it('SSH-009 tells the file and line that would keep sshd from starting', async () => {
    const check = checks.find(({ id }) => id === BROKEN_SSHD.check);
    if (check === undefined) throw new Error('there is no such check');
    const result = judgeCheck(check, await recordedReports('debian-12-broken'), circumstances);
    expect(result.state).toBe('fail');
    expect(JSON.stringify(result.failures)).toContain('99-broken.conf');
  });

  it('PER-007 tells a program of no package that has kept a processor busy', async () => {
    const check = checks.find(({ id }) => id === BUSY_PROGRAM.check);
    if (check === undefined) throw new Error('there is no such check');
    const result = judgeCheck(check, await recordedReports('debian-12-busy'), circumstances);
    expect(result.failures).toMatchObject([
      { subject: BUSY_PROGRAM.shows, evidence: { exe: '/opt/worker', user: 'root' } },
    ]);
  });

  it('never say "pass" for what a user without rights cannot see', async () => {
    expect(NEED_PRIVILEGE.length).toBeGreaterThan(50);
    const results = await judged('debian-12-unprivileged');
    const needing = results.filter(({ check }) => NEED_PRIVILEGE.includes(check.id));
    expect(needing.filter(({ state }) => state === 'pass').map(({ check }) => check.id)).toEqual([]);
    const hidden = needing.filter(({ state }) => state === 'unknown');
    expect(hidden.length).toBeGreaterThan(25);
    expect(hidden.filter(({ why }) => why === null || why === '').map(({ check }) => check.id)).toEqual([]);
  });

  it('do not pass for a user without rights where root finds the server weak, whatever they read', async () => {
    const asNobody = new Map((await judged('debian-12-weak-unprivileged')).map((one) => [one.check.id, one.state]));
    const missed = failing(await weak).filter((id) => asNobody.get(id) === 'pass');
    expect(missed).toEqual([]);
  });

  it('evidence names only fields that the check declares', async () => {
    for (const { check, failures } of [...(await weak), ...(await judged('debian-12-plain'))]) {
      for (const { evidence } of failures) {
        expect(
          Object.keys(evidence).filter((field) => !(field in check.evidence)),
          check.id,
        ).toEqual([]);
      }
    }
  });

  it('map to rules of CIS and tests of Lynis by their whole id', () => {
    const unknown = checks.flatMap(({ id, maps }) =>
      maps.filter((one) => !/^(?:CIS \d[\d.-]*\d|[A-Z]{3,4}-\d{4})$/.test(one)).map((one) => `${id} ${one}`),
    );
    expect(unknown).toEqual([]);
  });

  it('hold no secret that lay on the server', async () => {
    const everything = JSON.stringify([...(await recordedReports('debian-12-weak')).values()]);
    expect(everything).not.toContain('seeded-secret-7f3a');
    expect(everything).not.toMatch(/\$(y|6|5|1)\$[^"]{10,}/);
  });

  it('do not know what was not reported, or was reported too long ago', async () => {
    expect(judgeServer(new Map(), circumstances).every(({ state }) => state === 'unknown')).toBe(true);
    const late = { policy: posturePolicy, now: new Date(now.getTime() + STALE_MS + 1000) };
    const results = judgeServer(await recordedReports('debian-12-weak'), late);
    expect(results.every(({ state }) => state === 'unknown')).toBe(true);
  });

  it('are asked again with other dates, without asking the server', async () => {
    const eol = checks.filter(({ id }) => id === 'UPD-007');
    const policy = { ...posturePolicy, endOfLife: { 'debian 12': '2026-11-01' } };
    const [result] = eol.map(async (check) =>
      judgeCheck(check, await recordedReports('debian-12-hardened'), { policy, now }),
    );
    expect((await result)?.failures[0]?.evidence).toMatchObject({ until: '2026-11-01', over: true });
  });
});

describe('the catalogue of checks', () => {
  it('names each once, with two sentences of why, a fix and an undo', () => {
    expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
    for (const { id, why, fix, undo, title, measured, expected, evidence } of checks) {
      expect(id).toMatch(/^[A-Z0-9]{2,4}-\d{3}$/);
      expect(why.match(/[.](\s|$)/g)?.length ?? 0, id).toBeGreaterThanOrEqual(2);
      for (const words of [fix, undo, title, measured, expected]) expect(words.length, id).toBeGreaterThan(3);
      expect(Object.keys(evidence).length, id).toBeGreaterThan(0);
    }
  });

  it('reads only what probes and the prober say, and what is known here', () => {
    const known = new Set<string>([...probes, ...outsideSources].map(({ name }) => name));
    for (const { id, reads, compares = {} } of checks)
      for (const source of Object.values({ ...reads, ...compares }))
        expect(known.has(source.name) || isKnownHere(source), `${id} ${source.name}`).toBe(true);
  });
});
