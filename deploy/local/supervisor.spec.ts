// Who stops everything must not have something started behind his back.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Supervisor } from './supervisor.ts';

it('starts nothing any more once it stops', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'muster-supervisor-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const said: string[] = [];
  const supervisor = new Supervisor(
    (sentence) => void said.push(sentence),
    (sentence) => void said.push(sentence),
  );
  await supervisor.stop();
  const started = supervisor.start({
    name: 'agent of this machine',
    command: '/bin/sh',
    args: ['-c', 'echo there >there; sleep 5'],
    env: { PATH: process.env['PATH'] },
    cwd: folder,
    logFile: join(folder, 'agent.log'),
    saysReady: false,
  });
  await expect(started).rejects.toThrow('The agent of this machine is not started: everything is being stopped.');
  expect(existsSync(join(folder, 'agent.log'))).toBe(false);
  expect(said).toEqual([]);
});
