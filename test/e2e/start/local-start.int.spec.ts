// What `npm start` promises beyond the first ready line: it says why it cannot start, survives being killed, brings a
// crashed process back, keeps its data, and leaves nothing running.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMuster } from '../../support/local-start.ts';
import { firstStart, type FirstStart } from '../support/first-start.ts';
import { eventually } from '../support/lab-under-test.ts';

describe('the local start', () => {
  let muster: FirstStart;

  beforeAll(async () => {
    muster = await firstStart();
  }, 180_000);
  afterAll(async () => {
    await muster?.remove();
  }, 90_000);

  it('keeps its secrets from everybody else on the machine', () => {
    const open = execFileSync('find', [muster.data, '-type', 'f', '-perm', '/044', '-not', '-path', '*/postgres/*'], {
      encoding: 'utf8',
    });
    const secret = open.split('\n').filter((path) => /\.key$|passwords|words\.txt|auditor\.url|token/.test(path));
    expect(secret).toEqual([]);
  });

  it('says which port is taken and what to do', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(muster.port + 1, '127.0.0.1', resolve));
    const data = `${muster.data}-other`;
    const start = startMuster({ data, port: muster.port + 1 });
    await expect(start).rejects.toThrow(
      new RegExp(`Port ${muster.port + 1} on 127\\.0\\.0\\.1 is already in use[\\s\\S]*MUSTER_PORT=`),
    );
    taken.close();
    await rm(data, { recursive: true });
  });

  it('refuses a second start on the same data, by name', async () => {
    await expect(startMuster({ data: muster.data, port: muster.port + 2 })).rejects.toThrow(/Muster already runs on/);
  });

  it('brings a crashed process back and says so', async () => {
    const signer = runningUnder(muster.data).find(({ command }) => command.includes('/signer.js'));
    process.kill(signer?.pid ?? 0, 'SIGKILL');
    await eventually(
      'a sentence',
      async () => muster.output(),
      (text) => text.includes('The signer is up again'),
      30_000,
    );
    expect(muster.output()).toContain('The signer ended');
  });

  it('takes everything with it when it is killed, and starts again on the same data', async () => {
    const before = runningUnder(muster.data).length;
    expect(before).toBeGreaterThanOrEqual(5);
    process.kill(muster.pid, 'SIGKILL');
    await eventually(
      'nothing left',
      async () => runningUnder(muster.data),
      (left) => left.length === 0,
      30_000,
    );
    const again = await muster.startAgain();
    expect(again.output()).not.toContain('Applied migration');
  });

  it('leaves nothing running after Ctrl-C, not of a second start either, so that its folder can go', async () => {
    expect(runningUnder(muster.data)).not.toEqual([]);
    await muster.remove();
    expect(runningUnder(muster.data)).toEqual([]);
    expect(existsSync(muster.data)).toBe(false);
  });
}, 180_000);

/** Processes whose command line or environment names the data folder. */
function runningUnder(data: string): { pid: number; command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      try {
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
        const environment = readFileSync(`/proc/${name}/environ`, 'utf8');
        const ours = command.includes(data) || environment.includes(`MUSTER_KEYS=${data}/`);
        return ours && command !== '' && !command.startsWith('/bin/sh') ? [{ pid: Number(name), command }] : [];
      } catch {
        return [];
      }
    });
}
