// Checks on what the control plane itself knows of a server: no program tells it, so the readings are written here.
import type { ProbeReport } from '@muster/contracts/posture';
import { expect, it } from 'vitest';
import { checkOf } from './checks.ts';
import { judgeCheck, type CheckResult } from './judge.ts';
import { isKnownHere, knownReport, knownSources } from './known.ts';
import { agentStanding } from './known/agent-standing.ts';
import { answeredFor } from './known/answered-for.ts';
import { duties } from './known/duties.ts';
import { releasedAgents } from './known/released-agents.ts';
import { posturePolicy } from './policy.ts';
import { agentFiles } from './probes/agent-files.ts';
import { authorizedKeys } from './probes/authorized-keys.ts';
import { isPublic, listeners, portItem } from './probes/listeners.ts';
import { probes } from './probes.ts';
import { played, Player } from './testing/tape.ts';
import { MADE_TO_FAIL } from './testing/tried.ts';

const now = new Date('2026-11-22T07:00:00Z');
const ago = (minutes: number): string => new Date(now.getTime() - minutes * 60_000).toISOString();
const quiet = { version: '0.2.0', silentSince: null, clockSeconds: 0.1, waiting: 0, droppedAt: null };

const madeToFail = new Set<string>();

function judged(id: string, ...reports: ProbeReport[]): CheckResult {
  const check = checkOf(id);
  if (check === undefined) throw new Error(`there is no ${id}`);
  const result = judgeCheck(check, new Map(reports.map((one) => [one.probe, one])), { policy: posturePolicy, now });
  if (result.state === 'fail') madeToFail.add(id);
  return result;
}
const standing = (link: Partial<typeof quiet> | null, more: object = {}): ProbeReport =>
  knownReport(
    agentStanding,
    { link: link === null ? null : { ...quiet, ...link }, unsettled: [], update: null, ...more },
    now,
  );
const evidenceOf = (result: CheckResult) => [result.state, result.failures.map(({ evidence }) => evidence)];

it('is told by no probe, and takes nothing that an agent says under its name', () => {
  const names = probes.map(({ name }) => name as string);
  expect(knownSources.filter(({ name }) => names.includes(name))).toEqual([]);
  expect(knownSources.every(isKnownHere)).toBe(true);
});

it('AGT-001 finds an agent that has fallen silent, and does not apply to one that was never there', () => {
  expect(judged('AGT-001', standing({})).state).toBe('pass');
  expect(judged('AGT-001', standing(null)).state).toBe('not-applicable');
  const silent = standing({ silentSince: ago(5) } as never);
  expect(evidenceOf(judged('AGT-001', silent))).toEqual(['fail', [{ since: ago(5), version: '0.2.0' }]]);
});

it('AGT-002 finds what nobody knows the end of, once the server had time to answer, and an update that was taken back', () => {
  const unsettled = [{ task: 'bans.apply@1', since: ago(20) }];
  expect(judged('AGT-002', standing({}, { unsettled: [{ ...unsettled[0], since: ago(5) }] })).state).toBe('pass');
  expect(evidenceOf(judged('AGT-002', standing({}, { unsettled })))).toEqual([
    'fail',
    [{ task: 'bans.apply@1', since: ago(20), error: 'Nobody knows how it ended' }],
  ]);
  const update = { at: ago(600), error: '0.3.0 did not reach the control plane within 60 s' };
  expect(judged('AGT-002', standing({}, { update })).failures).toHaveLength(1);
});

it('AGT-003 finds a spool that drops or grows, and knows nothing of one that is silent', () => {
  expect(judged('AGT-003', standing({ waiting: 20 })).state).toBe('pass');
  expect(judged('AGT-003', standing({ waiting: 501 })).state).toBe('fail');
  expect(judged('AGT-003', standing({ droppedAt: ago(60) } as never)).state).toBe('fail');
  expect(judged('AGT-003', standing({ droppedAt: ago(25 * 60) } as never)).state).toBe('pass');
  expect(judged('AGT-003', standing({ silentSince: ago(5) } as never)).state).toBe('unknown');
});

it('TIME-002 finds a clock that is 2 s off or more, in steps that keep still', () => {
  expect(judged('TIME-002', standing({ clockSeconds: -1.9 })).state).toBe('pass');
  expect(evidenceOf(judged('TIME-002', standing({ clockSeconds: -2.4 })))).toEqual([
    'fail',
    [{ clock: 'behind', off: 'more than 2 s' }],
  ]);
  expect(evidenceOf(judged('TIME-002', standing({ clockSeconds: 4000 })))).toEqual([
    'fail',
    [{ clock: 'ahead', off: 'more than an hour' }],
  ]);
  expect(judged('TIME-002', standing({ silentSince: ago(5) } as never)).state).toBe('unknown');
});

const key = { account: 'ops', file: '/home/ops/.ssh/authorized_keys', type: 'ssh-ed25519', bits: 256, options: [] };
const keysReport: ProbeReport = {
  ...knownReport(
    authorizedKeys,
    {
      keys: [
        { ...key, fingerprint: 'SHA256:laptop' },
        { ...key, fingerprint: 'SHA256:former' },
      ],
      writable: [],
      complete: true,
    },
    now,
  ),
};
const approval = (item: string, changes: object = {}) => ({
  kind: 'keys' as const,
  item,
  program: null,
  owner: '0190b5e2-7a10-7000-8000-00000000a001',
  approvedAt: ago(60),
  reviewAt: '2027-11-01T00:00:00Z',
  ownerHere: true,
  ...changes,
});

it('KEY-002 finds keys that nobody answers for, or somebody who has left; it is not known before anybody has begun', () => {
  const answered = (...approvals: ReturnType<typeof approval>[]) =>
    judged('KEY-002', keysReport, knownReport(answeredFor, { approvals }, now));
  expect(answered().state).toBe('unknown');
  expect(answered(approval('ops SHA256:laptop'), approval('ops SHA256:former')).state).toBe('pass');
  expect(
    evidenceOf(answered(approval('ops SHA256:laptop'), approval('ops SHA256:former', { ownerHere: false }))),
  ).toEqual([
    'fail',
    [{ account: 'ops', fingerprint: 'SHA256:former', type: 'ssh-ed25519', owner: 'somebody who has left' }],
  ]);
  expect(answered(approval('ops SHA256:laptop')).failures[0]?.evidence).toMatchObject({ owner: 'nobody' });
});

it('GEN-002 finds administrators that were reviewed longer than a month ago', () => {
  const reviewed = (...days: number[]) => {
    const approvals = days.map((day, index) =>
      approval(`admin${index}`, { kind: 'administrators', approvedAt: ago(day * 1440) }),
    );
    return judged('GEN-002', knownReport(answeredFor, { approvals }, now));
  };
  expect(reviewed().state).toBe('unknown');
  expect(reviewed(1, 30).state).toBe('pass');
  expect(evidenceOf(reviewed(1, 40))).toEqual([
    'fail',
    [{ accounts: 'admin1', oldest: 'admin1', reviewed: ago(40 * 1440).slice(0, 10) }],
  ]);
});

it('FW-009 finds open ports whose approval nobody looked at for 90 days, and nothing of what is closed', async () => {
  const { reading } = await played('debian-12-hardened', listeners);
  const [open] = reading.listeners.filter(isPublic);
  if (open === undefined) throw new Error('the recorded server has no open port');
  const looked = (item: string, days: number) => {
    const approvals = [approval(item, { kind: 'ports', program: 'nginx', approvedAt: ago(days * 1440) })];
    return judged('FW-009', knownReport(listeners, reading, now), knownReport(answeredFor, { approvals }, now));
  };
  expect(looked(portItem(open), 89).state).toBe('pass');
  expect(evidenceOf(looked(portItem(open), 91))).toEqual([
    'fail',
    [{ port: portItem(open), program: 'nginx', reviewed: ago(91 * 1440).slice(0, 10) }],
  ]);
  expect(looked('tcp/9 on 0.0.0.0', 400).state).toBe('not-applicable');
});

/** As find and sha256sum print it. */
const INSTALLED = `=== run find /opt/muster-agent/current -maxdepth 0 -printf %l\\n
versions/0.2.0
--- stderr
--- exit 0
=== run find /opt/muster-agent/current/ -type f -printf %m %p\\n
755 /opt/muster-agent/current/bin/node
644 /opt/muster-agent/current/muster-agent.mjs
--- stderr
--- exit 0
=== run sha256sum -- /opt/muster-agent/current/bin/node /opt/muster-agent/current/muster-agent.mjs
${'a'.repeat(64)}  /opt/muster-agent/current/bin/node
${'b'.repeat(64)}  /opt/muster-agent/current/muster-agent.mjs
--- stderr
--- exit 0
`;

it('AGT-004 finds an agent whose files are not those that were signed', async () => {
  const filesOf = async (tape: string) => {
    const reading = agentFiles.reading.parse(await agentFiles.gather(new Player(tape), []));
    return { reading, report: knownReport(agentFiles, reading, now) };
  };
  const { reading, report } = await filesOf(INSTALLED);
  const signed = (inputs: string) => knownReport(releasedAgents, { releases: [{ version: '0.2.0', inputs }] }, now);
  expect(reading.version).toBe('0.2.0');
  expect(judged('AGT-004', report, signed(reading.inputs ?? '')).state).toBe('pass');
  expect(judged('AGT-004', report, signed('c'.repeat(64))).state).toBe('fail');
  expect(judged('AGT-004', report, knownReport(releasedAgents, { releases: [] }, now)).state).toBe('unknown');
  const touched = await filesOf(INSTALLED.replace('644 ', '664 '));
  expect(judged('AGT-004', touched.report, signed(reading.inputs ?? '')).state).toBe('fail');
});

it('AGT-005 and AGT-006 fail while nobody has attested their duty, and from the day after it was due', () => {
  const on = (id: string, ...attested: { duty: 'break-glass-drill' | 'incident-plan'; doneOn: string }[]) =>
    judged(id, knownReport(duties, { attested }, now));
  expect(evidenceOf(on('AGT-005'))).toEqual(['fail', [{ done: 'never', due: 'now' }]]);
  const drill = { duty: 'break-glass-drill', doneOn: '2026-08-22' } as const;
  expect(on('AGT-005', drill).state).toBe('pass');
  expect(evidenceOf(on('AGT-005', { ...drill, doneOn: '2026-08-21' }))).toEqual([
    'fail',
    [{ done: '2026-08-21', due: '2026-11-21' }],
  ]);
  expect(on('AGT-006', drill).state).toBe('fail');
  expect(on('AGT-006', { duty: 'incident-plan', doneOn: '2026-05-26' }).state).toBe('pass');
  expect(on('AGT-006', { duty: 'incident-plan', doneOn: '2026-05-25' }).state).toBe('fail');
});

it('made fail what the reference says of it', () => {
  expect([...madeToFail].sort()).toEqual(MADE_TO_FAIL['known.spec.ts']);
});
