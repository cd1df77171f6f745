import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gatherReport } from '@muster/posture/gather';
import { authorizedKeys } from '@muster/posture/probes/authorized-keys';
import { posturePolicy } from '@muster/posture/policy';
import { keyUses } from '@muster/posture/probes/key-uses';
import { Player } from '@muster/posture/testing/tape';
import { expect, test } from 'vitest';
import { keys } from './keys.ts';

const FIXTURES = join(import.meta.dirname, '../../../../../../../shared/posture/src/fixtures');
const RECORDED = new Date('2026-11-21T12:00:00Z');
const DAY = 86_400_000;

async function reportOf(machine: string, probe: typeof authorizedKeys | typeof keyUses) {
  const host = new Player(readFileSync(join(FIXTURES, machine, `${probe.name}.txt`), 'utf8'));
  return gatherReport(probe, host, { now: () => RECORDED.getTime(), clean: (value) => value });
}
async function attention(now: Date, history: boolean): Promise<Record<string, string | null>> {
  const reports = [await reportOf('debian-12-weak', authorizedKeys)];
  if (history) reports.push(await reportOf('debian-12-weak', keyUses));
  const reading = keys.read(new Map(reports.map((report) => [report.probe, report])), { policy: posturePolicy, now });
  const items = reading?.items ?? [];
  return Object.fromEntries(items.map((one) => [`${one.facts['account']} ${one.facts['comment']}`, one.attention]));
}

test('a key stands out when 90 days have passed since it was used, or since anybody watched', async () => {
  expect(await attention(RECORDED, true)).toMatchObject({
    'ops ops-laptop': null,
    'ops ops-former': 'Not used in 90 days',
  });
  expect(await attention(new Date(RECORDED.getTime() + 91 * DAY), true)).toMatchObject({
    'ops ops-laptop': 'Not used in 90 days',
  });
});

test('without a history no key is called unused', async () => {
  const marks = Object.values(await attention(RECORDED, false));
  expect(marks.length).toBeGreaterThan(1);
  expect(marks.every((mark) => mark === null)).toBe(true);
});
