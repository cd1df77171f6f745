// A log that nobody reads any more keeps no process alive.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';

it('lets a process end whose reader is gone', async () => {
  const script = `
    import { processLog } from ${JSON.stringify(`${import.meta.dirname}/process-log.ts`)};
    const log = processLog({ level: 'info' });
    log.info('begun');
    process.on('message', () => {
      for (let line = 0; line < 100; line += 1) log.error('nobody reads this');
      process.exit(3);
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout ?? child, 'data');
  child.stdout?.destroy();
  const ended = once(child, 'exit');
  child.send('end');
  expect(await ended).toEqual([3, null]);
});
