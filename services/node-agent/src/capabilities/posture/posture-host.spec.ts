// How probes see this very host: absent, unreadable and too large are three answers, and nothing waits for a pipe.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { probes } from '@muster/posture/probes';
import { execFile } from '../../host/exec.ts';
import { postureHost } from './posture-host.ts';
import { PostureMemory } from './posture-memory.ts';
import { ProbeRunner } from './probe-runner.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-posture-'));
afterAll(() => rmSync(folder, { recursive: true }));
const host = postureHost(execFile, new PostureMemory(folder));

it('reads plain files up to a bound, and says why it did not read others', async () => {
  const path = (name: string): string => join(folder, name);
  writeFileSync(path('small'), 'root:x:0:0\n');
  writeFileSync(path('large'), Buffer.alloc(2 * 1024 * 1024));
  execFileSync('mkfifo', [path('pipe')]);
  expect(await host.read(path('small'))).toEqual({ state: 'read', text: 'root:x:0:0\n' });
  expect(await host.read(path('none'))).toEqual({ state: 'absent' });
  expect(await host.read(path('large'))).toMatchObject({ state: 'unreadable' });
  expect(await host.read(path('pipe'))).toEqual({ state: 'unreadable', why: 'it is not a plain file' });
});

it('runs programs behind everything else, and knows which are missing', async () => {
  const ran = await host.run('stat', ['-c', '%n', '/']);
  expect([ran?.code, ran?.stdout]).toEqual([0, '/\n']);
});

it('recalls what a probe kept, and nothing that none did', async () => {
  expect(await host.recall('busy')).toBeNull();
  await host.keep('busy', '{"at":1}');
  expect(await host.recall('busy')).toBe('{"at":1}');
});

it('makes a report of a probe on this machine, and none of a probe that nobody knows', async () => {
  const runner = new ProbeRunner(probes, host);
  const report = await runner.run('kernel-settings');
  expect([report?.error, report?.probe]).toEqual([null, 'kernel-settings']);
  expect(report?.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(await runner.run('nothing-of-the-kind')).toBeUndefined();
});
