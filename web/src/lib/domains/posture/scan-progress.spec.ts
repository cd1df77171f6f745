import type { ScanProgress } from '@muster/contracts/posture';
import { expect, it } from 'vitest';
import { isRecent, isUnderWay } from './scan-progress.ts';

const scan: ScanProgress = {
  operationId: '0190b5e2-7a10-7000-8000-00000000f003',
  taskId: '0190b5e2-7a10-7000-8000-00000000f004',
  state: 'asked',
  askedAt: '2026-11-20T02:47:00Z',
  finishedAt: null,
  reports: 0,
  of: 31,
  error: null,
};

it('is under way until the server has answered or failed', () => {
  expect(isUnderWay(null)).toBe(false);
  expect(isUnderWay(scan)).toBe(true);
  expect(isUnderWay({ ...scan, state: 'scanning' })).toBe(true);
  expect(isUnderWay({ ...scan, state: 'answered' })).toBe(false);
  expect(isUnderWay({ ...scan, state: 'failed' })).toBe(false);
});

it('is told for ten minutes after its end', () => {
  const ended: ScanProgress = { ...scan, state: 'answered', finishedAt: '2026-11-20T02:50:00Z' };
  expect(isRecent(ended, new Date('2026-11-20T02:59:59Z'))).toBe(true);
  expect(isRecent(ended, new Date('2026-11-20T03:00:00Z'))).toBe(false);
});
