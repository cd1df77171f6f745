// `npm run demo`: twenty simulated agents beside this machine. They speak the real protocol with invented facts, are
// enrolled as simulated, and every page says so.
import { join } from 'node:path';
import type { DataFolder } from './data-folder.ts';
import { tokenFileFor } from './enrolment-token.ts';
import type { RunningProcess, Supervisor } from './supervisor.ts';
import type { LocalSettings } from './variables.ts';

const SITES = ['ams', 'ber', 'fra', 'hel', 'waw'];
const PURPOSES = ['web-01', 'web-02', 'mail-01', 'db-01'];

export const DEMO_SERVERS: readonly string[] = SITES.flatMap((site) => PURPOSES.map((purpose) => `${site}-${purpose}`));

interface DemoNeeds {
  clone: string;
  folder: DataFolder;
  settings: LocalSettings;
}

export async function startDemoFleet(
  supervisor: Supervisor,
  controlPlane: RunningProcess,
  { clone, folder, settings }: DemoNeeds,
): Promise<void> {
  const state = join(folder.path, 'simulated-fleet');
  for (const name of DEMO_SERVERS) {
    await tokenFileFor(controlPlane, { state: join(state, name), name, simulated: true });
  }
  await supervisor.start({
    name: 'simulated fleet',
    command: process.execPath,
    args: [
      '--conditions=source',
      '--disable-warning=ExperimentalWarning',
      join(clone, 'test/fleet/main.ts'),
      '--state',
      state,
      '--url',
      `http://127.0.0.1:${settings.port}`,
    ],
    env: { PATH: process.env['PATH'] },
    cwd: clone,
    logFile: join(folder.logs, 'simulated-fleet.log'),
    saysReady: false,
  });
}
