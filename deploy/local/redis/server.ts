// A private Redis or Valkey, when the machine has one: memory only, loopback only, gone when we are. Redis holds no truth
// here, so nothing is kept between starts.
import { accessSync, constants } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../processes/free-port.ts';
import { spawnWithLifeline } from '../processes/lifeline.ts';

export const REDIS_PROGRAMS = ['valkey-server', 'redis-server'] as const;

export interface RedisServer {
  url: string;
  program: string;
  exited: Promise<string>;
  stop(deadlineMs: number): Promise<void>;
}

/** The full path of the first of the two programs on PATH (and where Debian keeps daemons). */
export function findRedis(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/local/bin', '/usr/sbin'];
  for (const program of REDIS_PROGRAMS) {
    for (const folder of folders) {
      const path = join(folder, program);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not in this folder.
      }
    }
  }
  return undefined;
}

export async function startRedis(program: string, folder: string): Promise<RedisServer> {
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  args.push('--maxmemory-policy', 'noeviction', '--daemonize', 'no', '--loglevel', 'warning');
  const child = spawnWithLifeline(program, args, { stopSignal: 'TERM', cwd: folder });
  let output = '';
  child.process.stdout?.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-4000)));
  child.process.stderr?.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-4000)));
  let ended: string | undefined;
  void child.exited.then((how) => (ended = how));
  for (let waited = 0; waited < 15_000; waited += 50) {
    if (ended !== undefined) break;
    if (await answersPing(port)) {
      return { url: `redis://127.0.0.1:${port}`, program, exited: child.exited, stop: (ms) => child.stop(ms) };
    }
    await sleep(50);
  }
  await child.stop(2_000);
  throw new Error(
    `${program} did not answer on port ${port} (${ended ?? 'no answer within 15 s'}). It said:\n${output}`,
  );
}

async function answersPing(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.setTimeout(500, () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (answer) => finish(answer.toString().startsWith('+PONG')));
    function finish(answer: boolean): void {
      socket.destroy();
      resolve(answer);
    }
  });
}
