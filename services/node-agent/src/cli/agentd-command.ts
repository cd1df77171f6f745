// `muster-agent agentd`
import { parseArgs } from 'node:util';
import { startAgentd } from '../agentd.ts';
import { DEFAULT_PATHS } from '../privd/paths.ts';
import { AGENT_STATE, PRIVD_SOCKET } from './installed.ts';
import { keepHeapSmall } from '../runtime/small-heap.ts';
import { logFor } from './log.ts';
import { wholeNumber } from './usage.ts';

export async function agentdCommand(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      state: { type: 'string', default: AGENT_STATE },
      'observe-only': { type: 'boolean', default: false },
      'privd-socket': { type: 'string', default: PRIVD_SOCKET },
      run: { type: 'string', default: '/run/muster-agent' },
      guard: { type: 'string', default: DEFAULT_PATHS.guard },
      libexec: { type: 'string', default: DEFAULT_PATHS.libexec },
      'fail2ban-log': { type: 'string', default: '/var/log/fail2ban.log' },
      'inventory-seconds': { type: 'string', default: '60' },
      'held-seconds': { type: 'string', default: '300' },
      'sites-seconds': { type: 'string', default: '300' },
      'posture-seconds': { type: 'string', default: '604800' },
    },
  });
  const log = logFor('agentd');
  keepHeapSmall();
  const running = await startAgentd({
    state: values.state,
    observeOnly: values['observe-only'],
    privdSocket: values['privd-socket'],
    run: values.run,
    guard: values.guard,
    libexec: values.libexec,
    fail2banLog: values['fail2ban-log'],
    inventorySeconds: wholeNumber('--inventory-seconds', values['inventory-seconds'], 5, 86_400),
    heldSeconds: wholeNumber('--held-seconds', values['held-seconds'], 5, 86_400),
    sitesSeconds: wholeNumber('--sites-seconds', values['sites-seconds'], 5, 86_400),
    postureSeconds: wholeNumber('--posture-seconds', values['posture-seconds'], 5, 604_800),
    log,
  });
  const asked = new Promise<undefined>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(undefined));
  });
  const lost = await Promise.race([asked, running.lost]);
  if (lost !== undefined) log(lost);
  await running.close();
  log('agentd ends');
  // Everything is on disk; a look at the host that still waits for its answer must not hold up a stop.
  process.exit(lost === undefined ? 0 : 1);
}
