// The promise: nothing we start outlives us, and a polite stop stays polite.
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { spawnWithLifeline } from './lifeline.ts';

const SAYS_HOW_IT_ENDS = `
process.on('SIGTERM', () => { console.log('stopped politely'); process.exit(0); });
process.send?.({ pid: process.pid });
setInterval(() => undefined, 1000);`;

describe('a child on a lifeline', () => {
  it('runs until it is stopped, and is asked before it is killed', async () => {
    const child = spawnWithLifeline(process.execPath, ['-e', SAYS_HOW_IT_ENDS], { stopSignal: 'TERM', ipc: true });
    let output = '';
    child.process.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await new Promise((resolve) => child.process.once('message', resolve));
    const started = Date.now();
    await child.stop(10_000);
    expect(await child.exited).toBe('exit code 0');
    expect(output).toContain('stopped politely');
    expect(Date.now() - started).toBeLessThan(9_000);
  });

  it('tells the exit code of what it ran', async () => {
    const child = spawnWithLifeline(process.execPath, ['-e', 'process.exit(7)'], { stopSignal: 'TERM' });
    expect(await child.exited).toBe('exit code 7');
  });

  it('is killed after the deadline when it does not listen', async () => {
    const deaf = "process.on('SIGTERM', () => undefined); process.send({}); setInterval(() => undefined, 1000)";
    const child = spawnWithLifeline(process.execPath, ['-e', deaf], { stopSignal: 'TERM', ipc: true });
    await new Promise((resolve) => child.process.once('message', resolve));
    await child.stop(300);
    expect(await child.exited).toBe('signal SIGKILL');
  });

  it('ends when its starter is killed with no chance to clean up', async () => {
    const script = `
      import { spawnWithLifeline } from ${JSON.stringify(`${import.meta.dirname}/lifeline.ts`)};
      const child = spawnWithLifeline(process.execPath, ['-e', ${JSON.stringify(SAYS_HOW_IT_ENDS)}], { stopSignal: 'TERM', ipc: true });
      child.process.once('message', (message) => console.log(message.pid));
      setInterval(() => undefined, 1000);`;
    const starter = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = Number(await new Promise((resolve) => starter.stdout.once('data', resolve)));
    expect(isAlive(pid)).toBe(true);
    starter.kill('SIGKILL');
    for (let waited = 0; waited < 5_000 && isAlive(pid); waited += 50) await sleep(50);
    expect(isAlive(pid)).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
