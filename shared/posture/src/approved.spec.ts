// Checks that ask whether somebody answers for what they found, on what real programs of a weak server printed.
import type { ApprovedKind, ProbeReport } from '@muster/contracts/posture';
import { expect, it } from 'vitest';
import { checkOf } from './checks.ts';
import { judgeCheck, type CheckResult } from './judge.ts';
import { answeredFor } from './known/answered-for.ts';
import { knownReport } from './known.ts';
import { posturePolicy } from './policy.ts';
import { authorizedKeys } from './probes/authorized-keys.ts';
import { baseline } from './probes/baseline.ts';
import { listeners } from './probes/listeners.ts';
import { sshd } from './probes/sshd.ts';
import { played } from './testing/tape.ts';

const now = new Date('2026-11-22T07:00:00Z');
const review = '2027-02-01T00:00:00Z';

const read = {
  keys: (await played('debian-12-weak', authorizedKeys)).reading,
  baseline: (await played('debian-12-weak', baseline)).reading,
  listeners: (await played('debian-12-weak', listeners)).reading,
  sshd: (await played('debian-12-weak', sshd)).reading,
};
const said = (): ProbeReport[] => [
  knownReport(authorizedKeys, read.keys, now),
  knownReport(baseline, read.baseline, now),
  knownReport(listeners, read.listeners, now),
  knownReport(sshd, read.sshd, now),
];
const approval = (kind: ApprovedKind, item: string, changes: object = {}) => ({
  kind,
  item,
  program: null as string | null,
  owner: '0190b5e2-7a10-7000-8000-00000000a001',
  approvedAt: '2026-11-21T00:00:00Z',
  reviewAt: review,
  ownerHere: true,
  ...changes,
});

function judged(id: string, approvals: ReturnType<typeof approval>[], reports = said()): CheckResult {
  const check = checkOf(id);
  if (check === undefined) throw new Error(`there is no ${id}`);
  const all = [...reports, knownReport(answeredFor, { approvals }, now)];
  return judgeCheck(check, new Map(all.map((one) => [one.probe, one])), { policy: posturePolicy, now });
}
/** As the page's "approve the present state" would. */
const everything = (): ReturnType<typeof approval>[] => [
  ...read.keys.keys.map(({ account, fingerprint }) => approval('keys', `${account} ${fingerprint}`)),
  ...(read.baseline.members ?? []).map(({ member, group }) => approval('administrators', `${member} by ${group}`)),
  ...(read.baseline.cronFiles ?? []).map(({ path, sha256 }) => approval('cron', `${sha256} ${path}`)),
  ...read.listeners.listeners.map(({ protocol, port, address, process }) =>
    approval('ports', `${protocol}/${port} on ${address}`, { program: process }),
  ),
];
const CLOSED_BY_APPROVAL = ['KEY-006', 'ACC-005', 'PER-001', 'FW-003'];

it.each(CLOSED_BY_APPROVAL)('%s finds nothing that somebody answers for, until the review', (id) => {
  const before = judged(id, []);
  expect(before.state).toBe('fail');
  const after = judged(id, everything());
  expect([after.state, after.failures]).toEqual(['pass', []]);
  expect(after.approved.map(({ subject }) => subject)).toEqual(before.failures.map(({ subject }) => subject));
  expect(after.approved[0]?.approval).toMatchObject({ reviewAt: review });
  const due = everything().map((one) => ({ ...one, reviewAt: now.toISOString() }));
  expect(judged(id, due).failures).toEqual(before.failures);
});

it('takes no approval of one thing for another', () => {
  const keys = everything().filter(({ kind }) => kind === 'keys');
  expect(judged('KEY-006', [...keys.map((one) => ({ ...one, item: one.item.toLowerCase() }))]).state).toBe('fail');
  // Another program on the port, or one of its addresses that nobody approved.
  const ports = everything().filter(({ kind }) => kind === 'ports');
  expect(judged('FW-003', [...ports.map((one) => ({ ...one, program: 'another' }))]).state).toBe('fail');
  const [strange] = judged('FW-003', []).failures;
  expect(
    judged(
      'FW-003',
      ports.filter(({ item }) => !item.includes(`/${strange?.evidence['port']} on`)),
    ).failures,
  ).toEqual([strange]);
  // A crontab that was written anew since.
  const cron = everything().map((one) => ({ ...one, item: one.item.replace(/^[0-9a-f]{16} /, `${'0'.repeat(16)} `) }));
  expect(judged('PER-001', cron).state).toBe('fail');
});

it('is not fine where not everything could be read, and still knows what was approved', () => {
  const gaps = said().map((one) =>
    one.probe === authorizedKeys.name ? knownReport(authorizedKeys, { ...read.keys, complete: false }, now) : one,
  );
  const result = judged('KEY-006', everything(), gaps);
  expect(result).toMatchObject({ state: 'unknown', why: 'Not every authorized_keys file could be read' });
  expect(result.approved.length).toBeGreaterThan(0);
});
