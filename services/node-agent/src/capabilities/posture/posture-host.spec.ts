// How probes see this very host: absent, unreadable and too large are three answers, and nothing waits for a pipe.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
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

it('runs programs and knows which are missing', async () => {
  const ran = await host.run('stat', ['-c', '%n', '/']);
  expect([ran?.code, ran?.stdout]).toEqual([0, '/\n']);
  expect(await host.run('plesk', [])).toBeUndefined();
});

const bounded = (timeoutMs: number) =>
  postureHost(execFile, new PostureMemory(folder), { timeoutMs, maxOutputBytes: 4096, nice: 15 });

/** What this process has started with these words, as `ps` and `ionice` see it from outside. */
function started(words: string): { pid: number; nice: number; disk: string } | undefined {
  const listed = execFileSync('ps', ['-o', 'pid=,ni=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' });
  const [, pid, nice] = new RegExp(`^\\s*(\\d+)\\s+(-?\\d+)\\s+(?:\\S*/)?${words}$`, 'm').exec(listed) ?? [];
  if (pid === undefined) return undefined;
  return {
    pid: Number(pid),
    nice: Number(nice),
    disk: execFileSync('ionice', ['-p', pid], { encoding: 'utf8' }).trim(),
  };
}

it('runs programs behind everything else: niced, and idle for the disk', async () => {
  const running = bounded(3000).run('tail', ['-f', '/dev/null']);
  await vi.waitFor(() => expect(started('tail -f /dev/null')).toMatchObject({ nice: 15, disk: 'idle' }), 2500);
  await running;
});

it('ends a program that takes longer than its bound, and one that prints more', async () => {
  const began = performance.now();
  const running = bounded(2000).run('find', ['/usr', '-maxdepth', '3']);
  expect(await running).toMatchObject({ code: 124, stderr: 'more than 4096 bytes of output' });
  const waiting = bounded(2000).run('tail', ['-f', '/dev/null']);
  await vi.waitFor(() => expect(started('tail -f /dev/null')).toBeDefined(), 1900);
  expect(await waiting).toMatchObject({ code: 124, stderr: 'no answer within 2000 ms' });
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(started('tail -f /dev/null')).toBeUndefined();
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
