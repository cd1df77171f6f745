// `muster-agent privd`: started by systemd on the first connection, or by hand with --socket.
import { parseArgs } from 'node:util';
import { DEFAULT_PATHS } from '../privd/paths.ts';
import { startPrivd } from '../privd.ts';
import { keepHeapSmall } from '../runtime/small-heap.ts';
import { logFor } from './log.ts';
import { UsageError, wholeNumber } from './usage.ts';

export async function privdCommand(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      socket: { type: 'string' },
      state: { type: 'string', default: DEFAULT_PATHS.state },
      guard: { type: 'string', default: DEFAULT_PATHS.guard },
      scratch: { type: 'string', default: DEFAULT_PATHS.scratch },
      policy: { type: 'string', default: DEFAULT_PATHS.policy },
      fail2ban: { type: 'string', default: DEFAULT_PATHS.fail2ban },
      libexec: { type: 'string', default: DEFAULT_PATHS.libexec },
      units: { type: 'string', default: DEFAULT_PATHS.units },
      agent: { type: 'string', default: DEFAULT_PATHS.agent },
      downloads: { type: 'string', default: DEFAULT_PATHS.downloads },
      'idle-seconds': { type: 'string', default: '15' },
    },
  });
  const { socket, 'idle-seconds': idle, ...paths } = values;
  const log = logFor('privd');
  keepHeapSmall();
  const running = await startPrivd({
    paths,
    listen: socket === undefined ? { fd: activatedSocket() } : { path: socket },
    idleSeconds: wholeNumber('--idle-seconds', idle, 0, 86_400),
    log,
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void running.close());
  await running.ended;
  log('privd ends');
}

/** systemd hands over descriptor 3 and says so (sd_listen_fds(3)). */
function activatedSocket(): number {
  if (process.env['LISTEN_FDS'] !== '1' || process.env['LISTEN_PID'] !== String(process.pid)) {
    throw new UsageError('privd is started by muster-privd.socket; to run it by hand give --socket PATH');
  }
  return 3;
}
