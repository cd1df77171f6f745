// Drift, of every kind that somebody answers for: what came beside what was approved stands out and is told as a change,
// what went is missing, and it is over when it is as approved. Ours is told from a stranger's.
import { APPROVED_KINDS, type ApprovedKind, type ProbeReport } from '@muster/contracts/posture';
import { InstallRelease } from '@muster/contracts/releases';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ProbedServers } from './testing/probed-servers.ts';
import { RunningMuster, type SignedIn } from './testing/running-muster.ts';

const MACHINE = 'debian-12-weak';
const UNITS = '/etc/systemd/system';

let muster: RunningMuster;
let owner: SignedIn;
let servers: ProbedServers;
let serverId: string;
let reports: ReadonlyMap<string, ProbeReport>;

type Fields = Record<string, unknown>;
interface Drift {
  readonly probe: string;
  /** One more thing than there was, in the reading; the first of its kind is copied where fields do not matter. */
  readonly more: (reading: Record<string, Fields[]>) => Fields;
  /** How the inventory calls it. */
  readonly item: string;
}
const DRIFTS: Readonly<Record<ApprovedKind, Drift>> = {
  keys: {
    probe: 'authorized-keys',
    more: ({ keys = [] }) => ({ keys: [...keys, { ...keys[0], account: 'root', fingerprint: 'SHA256:strangersKey' }] }),
    item: 'root SHA256:strangersKey',
  },
  ports: {
    probe: 'listeners',
    more: ({ listeners = [] }) => ({
      listeners: [...listeners, { ...listeners[0], protocol: 'tcp', address: '0.0.0.0', port: 31338 }],
    }),
    item: 'tcp/31338 on 0.0.0.0',
  },
  administrators: {
    probe: 'accounts',
    more: ({ rootEquivalent = [] }) => ({
      rootEquivalent: [...rootEquivalent, { group: 'lxd', members: ['mallory'] }],
    }),
    item: 'mallory by lxd',
  },
  units: {
    probe: 'scheduled',
    more: ({ unowned = [] }) => ({
      unowned: [...unowned, { path: `${UNITS}/miner.service`, mode: '644', owner: 'root' }],
    }),
    item: `${UNITS}/miner.service`,
  },
  cron: {
    probe: 'baseline',
    more: ({ cronFiles = [] }) => ({
      cronFiles: [...cronFiles, { path: '/etc/cron.d/miner', sha256: '0123456789abcdef' }],
    }),
    item: '0123456789abcdef /etc/cron.d/miner',
  },
  modules: {
    probe: 'modules',
    more: ({ kernel = [] }) => ({ kernel: [...kernel, 'diamorphine'] }),
    item: 'kernel diamorphine',
  },
};

beforeAll(async () => {
  muster = await RunningMuster.start();
  owner = await muster.owner();
  servers = new ProbedServers(muster);
  serverId = await muster.server('drift-web');
  const all = await servers.reportsOf(MACHINE);
  reports = new Map(all.map((report) => [report.probe, complete(report)]));
  await servers.report(serverId, ...reports.values());
  await muster.until(async () => (await baselineOf('ports')).known, 20_000);
}, 60_000);
afterAll(() => muster?.stop());

/** The recording is of a container, which has no modules of the kernel; what could not be read whole is no drift. */
function complete(report: ProbeReport): ProbeReport {
  if (report.probe !== 'modules') return report;
  return { ...report, reading: { ...(report.reading as Fields), kernel: ['ext4'] } };
}

interface Baseline {
  readonly kind: string;
  readonly known: boolean;
  readonly approved: number;
  readonly added: readonly { item: string }[];
  readonly missing: readonly string[];
}
async function baselineOf(kind: ApprovedKind): Promise<Baseline> {
  const { body } = await muster.call('GET', `/api/posture/servers/${serverId}/baseline`, owner);
  const found = (body['kinds'] as Baseline[]).find((one) => one.kind === kind);
  if (found === undefined) throw new Error(`the baseline says nothing of ${kind}`);
  return found;
}
interface HostChange {
  readonly kind: string;
  readonly appeared: readonly string[];
  readonly gone: readonly string[];
  readonly operationId: string | null;
}
async function changesOf(kind: ApprovedKind): Promise<HostChange[]> {
  const { body } = await muster.call('GET', `/api/posture/host-changes?serverId=${serverId}&limit=100`, owner);
  return (body['changes'] as HostChange[]).filter((one) => one.kind === kind);
}
const hash = (): string => newId().replaceAll('-', '').padEnd(64, '0');
function reportOf(kind: ApprovedKind): ProbeReport {
  const report = reports.get(DRIFTS[kind].probe);
  if (report === undefined) throw new Error(`nothing was recorded of ${DRIFTS[kind].probe}`);
  return { ...report, sha256: hash() };
}
function drifted(kind: ApprovedKind): ProbeReport {
  const report = reportOf(kind);
  const reading = report.reading as Record<string, Fields[]>;
  return { ...report, reading: { ...reading, ...DRIFTS[kind].more(reading) } as never };
}

describe.each(APPROVED_KINDS)('%s', (kind) => {
  const { item } = DRIFTS[kind];

  test('that nobody approved stand out, are told, and go', async () => {
    const before = await baselineOf(kind);
    expect(before.known).toBe(true);
    if (before.added.length > 0) {
      const approved = await muster.call('POST', `/api/posture/servers/${serverId}/baseline`, owner, {
        kind,
        items: null,
        reason: 'As it was built',
        reviewAt: new Date(Date.now() + 90 * 86_400_000).toISOString(),
      });
      expect(approved.status, approved.text).toBe(202);
      await muster.until(async () => (await baselineOf(kind)).added.length === 0);
    }

    await servers.report(serverId, drifted(kind));
    await muster.until(async () => (await baselineOf(kind)).added.length > 0, 20_000);
    const { added, missing } = await baselineOf(kind);
    expect([added.map((one) => one.item), missing]).toEqual([[item], []]);
    await muster.until(async () => (await changesOf(kind))[0]?.appeared.includes(item) === true, 20_000);
    expect((await changesOf(kind))[0]).toMatchObject({ appeared: [item], gone: [], operationId: null });
    const listed = await muster.call(
      'GET',
      `/api/posture/inventory/${kind}?serverId=${serverId}&standsOut=true`,
      owner,
    );
    expect((listed.body['rows'] as { item: string }[]).map((row) => row.item)).toContain(item);

    // As approved again: nothing is added, and that it went is a change of its own.
    await servers.report(serverId, reportOf(kind));
    await muster.until(async () => (await changesOf(kind))[0]?.gone.includes(item) === true, 20_000);
    expect((await changesOf(kind))[0]).toMatchObject({ appeared: [], gone: [item], operationId: null });
    expect(await baselineOf(kind)).toMatchObject({ added: [], missing: [] });
  });
});

test('what a release of ours brings is ours, and what a stranger brought in that time is not', async () => {
  const operationId = newId();
  await muster.superuser.query(
    `insert into muster.operations_tasks (task_id, tenant_id, operation_id, server_id, lane, task, args, state, version,
       attempt, actor, not_before, expires_at, requested_at, accepted_at, finished_at)
     values ($1, $2, $3, $4, 'job', $5, '{}', 'succeeded', 1, 1, 'test', now(), now(), now(), now(), now() + interval '1 minute')`,
    [newId(), DEFAULT_TENANT, operationId, serverId, InstallRelease.name],
  );
  const report = reportOf('units');
  const { unowned = [], ...reading } = report.reading as Record<string, Fields[]>;
  const file = (name: string) => ({ path: `${UNITS}/${name}`, mode: '644', owner: 'root' });
  const after = [...unowned, file('muster-update.service'), file('backdoor.service')];
  await servers.report(serverId, { ...report, reading: { ...reading, unowned: after } as never });
  await muster.until(async () => (await changesOf('units'))[0]?.appeared.length === 1, 20_000);
  const [stranger, ours] = await changesOf('units');
  expect(ours).toMatchObject({ appeared: [`${UNITS}/muster-update.service`], gone: [], operationId });
  expect(stranger).toMatchObject({ appeared: [`${UNITS}/backdoor.service`], gone: [], operationId: null });
});
