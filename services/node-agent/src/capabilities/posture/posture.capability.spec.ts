// What the root helper makes of a scan: told to agentd, waited for, told again, given up.
import { expect, it } from 'vitest';
import { PostureCapability, type WantedScan } from './posture.capability.ts';

function asked() {
  const wanted: WantedScan[] = [];
  const clock = { now: 0 };
  const posture = new PostureCapability(
    (scan) => wanted.push(scan),
    () => clock.now,
  );
  const [task] = posture.tasks();
  if (task === undefined) throw new Error('no task');
  return { wanted, clock, posture, task };
}
const UNDECIDED = { undecided: true };

it('tells agentd what is wanted, and answers when agentd says that all is sent', async () => {
  const { wanted, posture, task } = asked();
  expect(await task.apply({ probes: ['sshd'] })).toEqual(UNDECIDED);
  expect(wanted).toEqual([{ scan: expect.any(String), probes: ['sshd'] }]);
  expect(await task.probe({ probes: ['sshd'] })).toEqual(UNDECIDED);
  posture.scanned('another scan', { read: 9, failed: [], tookMs: 1 });
  expect(await task.probe({ probes: ['sshd'] })).toEqual(UNDECIDED);
  posture.scanned(wanted[0]?.scan ?? '', { read: 1, failed: [], tookMs: 800 });
  const evidence = { read: 1, failed: [], tookMs: 800 };
  expect(await task.probe({ probes: ['sshd'] })).toEqual({ ok: true, before: null, after: null, evidence });
});

it('begins anew after a restart of the helper, because it changes nothing', async () => {
  const { wanted, task } = asked();
  expect(await task.probe({ probes: null })).toEqual(UNDECIDED);
  expect(wanted).toEqual([{ scan: expect.any(String), probes: null }]);
});

it('tells an agentd that was restarted again, of the same scan, and gives up in the end', async () => {
  const { wanted, clock, task } = asked();
  await task.apply({ probes: null });
  clock.now = 11_000;
  await task.probe({ probes: null });
  expect(wanted).toHaveLength(2);
  expect(wanted[1]).toEqual(wanted[0]);
  clock.now = 26 * 60_000;
  expect(await task.probe({ probes: null })).toMatchObject({ ok: false, code: 'not-finished' });
  expect(await task.apply({ probes: null })).toEqual(UNDECIDED);
});
