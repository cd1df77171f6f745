// What one command about a whole fleet makes of the read models: set-based statements leave the very rows that going through
// the fleet finding by finding leaves, and nothing else is touched.
import type { Target } from '@muster/contracts';
import {
  CoverageChanged,
  DutyAttested,
  FindingClosed,
  FindingOpened,
  IntakeDecided,
  RiskAccepted,
  WaiverApproved,
  WaiverEnded,
} from '@muster/contracts/posture';
import { GroupMembersSet, ServerRetired } from '@muster/contracts/servers';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { World } from '../../../main/testing/world.ts';
import { eventOf } from '../../../platform/cqrs/recorder.ts';
import { LiveHints } from '../../../platform/realtime/live-hints.ts';
import { dutiesProjection } from './duties/duties.projection.ts';
import { findingsProjection } from './findings/findings.projection.ts';
import { intakeProjection } from './intake/intake.projection.ts';

const CHECKS = ['SSH-003', 'FW-004', 'LOG-001'] as const;
const SUBJECTS = [null, 'first', 'second'] as const;
const groups = [newId(), newId()] as const;
const servers = Array.from({ length: 12 }, () => newId());
const serverAt = (index: number): string => servers[index] ?? '';

interface Finding {
  readonly findingId: string;
  readonly serverId: string;
  readonly checkId: string;
  readonly subject: string | null;
}
interface Waiver {
  readonly waiverId: string;
  readonly checkId: string;
  readonly target: Target;
  readonly subject: string | null;
  readonly until: string;
}

let world: World;
const findings: Finding[] = [];
const members = new Map<string, Set<string>>(groups.map((group) => [group, new Set()]));
const standing = new Map<string, Waiver>();
/** Of each finding how often another waiver covered it than before, or none. */
const moves = new Map<string, number>();
const covering = new Map<string, string | null>();

const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();
const said = (streamId: string, event: ReturnType<typeof eventOf>): Promise<string> => world.say(streamId, event);

beforeAll(async () => {
  world = await World.open();
  const live = new LiveHints(world.hints);
  world.follow(findingsProjection(live), dutiesProjection(live), intakeProjection(live));
  let last = '';
  for (const [index, serverId] of servers.entries()) {
    for (const [turn, checkId] of CHECKS.entries()) {
      if ((index + turn) % 4 === 0) continue;
      const subject = SUBJECTS[(index + turn) % SUBJECTS.length] ?? null;
      const finding = { findingId: newId(), serverId, checkId, subject };
      findings.push(finding);
      last = await said(`posture-${serverId}`, eventOf(FindingOpened, { ...FindingOpened.example, ...finding }));
    }
    last = await said(
      `posture-${serverId}`,
      eventOf(CoverageChanged, { ...CoverageChanged.example, serverId, uncovered: [] }),
    );
  }
  await world.settled(last);
}, 60_000);
afterAll(() => world?.close());

function holds(target: Target, serverId: string): boolean {
  if (target.kind === 'fleet') return true;
  return target.kind === 'server'
    ? target.serverId === serverId
    : (members.get(target.groupId)?.has(serverId) ?? false);
}
/** Asked of each finding by itself: of the waivers that reach it, the one that lasts longest. */
const coveredBy = ({ serverId, checkId, subject }: Finding): string | null =>
  [...standing.values()]
    .filter((one) => one.checkId === checkId && (one.subject === null || one.subject === subject))
    .filter(({ target }) => holds(target, serverId))
    .sort((a, b) => b.until.localeCompare(a.until))[0]?.waiverId ?? null;

async function settledAsOneByOne(eventId: string): Promise<void> {
  await world.settled(eventId);
  for (const finding of findings) {
    const now = coveredBy(finding);
    if (now !== (covering.get(finding.findingId) ?? null)) {
      moves.set(finding.findingId, (moves.get(finding.findingId) ?? 0) + 1);
      covering.set(finding.findingId, now);
    }
  }
  const { rows } = await world.superuser.query<{ id: string; waiver: string | null; spans: number }>(
    `select finding_id as id, (array_agg(waiver_id) filter (where to_at is null))[1] as waiver, count(*)::int as spans
     from muster.posture_findings group by finding_id order by finding_id`,
  );
  const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id);
  expect(rows.toSorted(byId)).toEqual(
    findings
      .map(({ findingId: id }) => ({ id, waiver: covering.get(id) ?? null, spans: 1 + (moves.get(id) ?? 0) }))
      .sort(byId),
  );
  const { rows: scores } = await world.superuser.query<{ server_id: string; accepted: number }>(
    'select server_id, accepted from muster.posture_scores where to_at is null',
  );
  expect(new Map(scores.map((row) => [row.server_id, row.accepted]))).toEqual(
    new Map(
      servers.map((serverId) => [
        serverId,
        findings.filter((one) => one.serverId === serverId && covering.get(one.findingId) != null).length,
      ]),
    ),
  );
}

async function accept(waiver: Omit<Waiver, 'waiverId'>, needsSecond = false): Promise<string> {
  const waiverId = newId();
  if (!needsSecond) standing.set(waiverId, { waiverId, ...waiver });
  const data = { ...RiskAccepted.example, ...waiver, waiverId, needsSecond };
  await settledAsOneByOne(await said(`waiver-${waiverId}`, eventOf(RiskAccepted, data)));
  return waiverId;
}
async function end(waiverId: string): Promise<void> {
  standing.delete(waiverId);
  const data = { ...WaiverEnded.example, waiverId };
  await settledAsOneByOne(await said(`waiver-${waiverId}`, eventOf(WaiverEnded, data)));
}
async function setMembers(groupId: string, added: string[], removed: string[] = []): Promise<void> {
  for (const one of added) members.get(groupId)?.add(one);
  for (const one of removed) members.get(groupId)?.delete(one);
  await settledAsOneByOne(await said(`group-${groupId}`, eventOf(GroupMembersSet, { groupId, added, removed })));
}

describe('a waiver', () => {
  test('covers what its check found within its target, whoever else the check found something on', async () => {
    const [web, mail] = groups;
    await setMembers(web, servers.slice(0, 6));
    await setMembers(mail, servers.slice(4, 9));
    const [checkId, other] = CHECKS;
    const fleet = await accept({ checkId, target: { kind: 'fleet' }, subject: null, until: inDays(10) });
    await accept({ checkId, target: { kind: 'server', serverId: serverAt(1) }, subject: null, until: inDays(5) });
    const one = await accept({
      checkId,
      target: { kind: 'server', serverId: serverAt(5) },
      subject: null,
      until: inDays(20),
    });
    const group = await accept({ checkId, target: { kind: 'group', groupId: mail }, subject: null, until: inDays(30) });
    await accept({ checkId: other, target: { kind: 'group', groupId: web }, subject: 'first', until: inDays(30) });
    await setMembers(mail, [serverAt(1)], [serverAt(5), serverAt(6)]);
    await end(group);
    await end(fleet);
    await end(one);
    expect([...moves.values()].reduce((sum, n) => sum + n, 0)).toBeGreaterThan(20);
  });

  test('that somebody else has to approve covers nothing before', async () => {
    const waiver = { checkId: CHECKS[2], target: { kind: 'fleet' } as const, subject: null, until: inDays(10) };
    const waiverId = await accept(waiver, true);
    standing.set(waiverId, { waiverId, ...waiver });
    await settledAsOneByOne(
      await said(`waiver-${waiverId}`, eventOf(WaiverApproved, { ...WaiverApproved.example, waiverId })),
    );
  });
});

describe('a duty attested for the fleet', () => {
  const attest = async (target: Target): Promise<void> => {
    const today = new Date().toISOString().slice(0, 10);
    await world.settled(await said('duty', eventOf(DutyAttested, { ...DutyAttested.example, target, doneOn: today })));
  };
  const due = async () =>
    (
      await world.superuser.query<{ server_id: string; at: Date }>(
        'select server_id, due_at as at from muster.posture_judgements where due_at is not null order by due_at',
      )
    ).rows;

  beforeAll(async () => {
    await world.superuser.query(
      `insert into muster.posture_judgements (server_id, tenant_id, judged_at) select unnest($1::uuid[]), $2, now()`,
      [servers, DEFAULT_TENANT],
    );
  });

  test('has each server judged anew, one after the other, and none later than it would be anyway', async () => {
    const waits = serverAt(3);
    await world.superuser.query(
      `update muster.posture_judgements set due_at = '2026-01-01T00:00:00Z' where server_id = $1`,
      [waits],
    );
    await attest({ kind: 'fleet' });
    const rows = await due();
    expect(new Set(rows.map((row) => row.server_id))).toEqual(new Set(servers));
    expect(rows[0]).toEqual({ server_id: waits, at: new Date('2026-01-01T00:00:00Z') });
    const times = rows.slice(1).map(({ at }) => at.getTime());
    expect(new Set(times).size).toBe(times.length);
    // A fleet of ten thousand is through in the time that it takes to judge it.
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThan(servers.length * 20);
    // Who reports now comes before those whose turn is still to come.
    const last = rows.at(-1)?.server_id;
    await world.superuser.query('update muster.posture_judgements set due_at = $2 where server_id = $1', [
      last,
      new Date((times[0] ?? 0) + 1),
    ]);
    expect((await due()).findIndex((row) => row.server_id === last)).toBeLessThan(4);
  });

  test('has only the servers of a group judged anew', async () => {
    await world.superuser.query('update muster.posture_judgements set due_at = null');
    await attest({ kind: 'group', groupId: groups[0] });
    expect(new Set((await due()).map((row) => row.server_id))).toEqual(members.get(groups[0]));
  });
});

describe('what first scans found', () => {
  test('is the same however its events were cut into batches', async () => {
    const waiting = new Map<string, Finding & { decision: string | null }>();
    const happened: (() => Promise<string>)[] = [];
    const open = (finding: Finding, intake: boolean) => {
      if (intake) waiting.set(finding.findingId, { ...finding, decision: null });
      const data = { ...FindingOpened.example, ...finding, ...(intake ? { intake: true as const } : {}) };
      happened.push(() => said('intake', eventOf(FindingOpened, data)));
    };
    const fresh = Array.from({ length: 5 }, () => newId());
    for (const [index, serverId] of fresh.entries()) {
      const mine = CHECKS.map((checkId) => ({ findingId: newId(), serverId, checkId, subject: null }));
      for (const [turn, finding] of mine.entries()) open(finding, turn !== index % 3);
      const [closed] = mine;
      if (index % 2 === 0 && closed !== undefined) {
        waiting.delete(closed.findingId);
        const data = {
          ...FindingClosed.example,
          ...{ findingId: closed.findingId, serverId, checkId: closed.checkId },
        };
        happened.push(() => said('intake', eventOf(FindingClosed, data)));
      }
      if (index === 2) {
        const decided = { checkId: CHECKS[1], target: { kind: 'fleet' as const }, serverIds: null };
        for (const [id, one] of waiting) {
          if (one.checkId === CHECKS[1]) waiting.set(id, { ...one, decision: 'opened' });
        }
        const data = {
          ...IntakeDecided.example,
          ...decided,
          decisionId: newId(),
          decision: 'opened' as const,
          owner: null,
          dueAt: null,
          waiverId: null,
        };
        happened.push(() => said('intake', eventOf(IntakeDecided, data)));
      }
      if (index === 3) {
        for (const [id, one] of waiting) if (one.serverId === serverId) waiting.delete(id);
        happened.push(() => said('intake', eventOf(ServerRetired, { ...ServerRetired.example, serverId })));
      }
    }
    let last = '';
    for (const happen of happened) last = await happen();
    await world.settled(last);
    const kept = async () =>
      (
        await world.superuser.query<{ id: string; decision: string | null }>(
          'select finding_id as id, decision from muster.posture_intake order by 1',
        )
      ).rows;
    const expected = [...waiting.values()]
      .map(({ findingId: id, decision }) => ({ id, decision }))
      .sort((a, b) => a.id.localeCompare(b.id));
    expect(await kept()).toEqual(expected);
    // All of them at once, as when the table is made anew.
    await world.superuser.query(
      `truncate muster.posture_intake; delete from es.subscriptions where name = 'read-model/posture-intake'`,
    );
    await world.settled(await said('group', eventOf(ServerRetired, { ...ServerRetired.example, serverId: newId() })));
    expect(await kept()).toEqual(expected);
  });
});
