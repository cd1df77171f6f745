// This machine as the first server: its agent without the root helper, so it reports facts and changes nothing.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { DataFolder } from './data-folder.ts';
import { tokenFileFor } from './enrolment-token.ts';
import type { RunningProcess, Supervisor } from './supervisor.ts';
import type { LocalSettings } from './variables.ts';

interface LocalAgentNeeds {
  clone: string;
  folder: DataFolder;
  settings: LocalSettings;
}

const ENROL_DEADLINE_MS = 30_000;

/** Answers with a sentence when this machine cannot be watched. */
export async function startLocalAgent(
  supervisor: Supervisor,
  controlPlane: RunningProcess,
  { clone, folder, settings }: LocalAgentNeeds,
): Promise<string | undefined> {
  const program = join(clone, 'services/node-agent/dist/muster-agent.mjs');
  if (process.platform !== 'linux') return 'This machine is not watched: the agent reads facts from Linux only.';
  if (!existsSync(program)) return `This machine is not watched: ${program} was not built.`;
  const env = { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, LC_ALL: 'C.UTF-8' };
  const observing = ['--state', folder.agent, '--observe-only'];
  const name = serverName(hostname());
  const token = await tokenFileFor(controlPlane, { state: folder.agent, name, simulated: false });
  if (token !== undefined) {
    const enrol = [
      program,
      'enrol',
      '--server',
      `http://127.0.0.1:${settings.port}`,
      '--token-file',
      token,
      ...observing,
    ];
    await promisify(execFile)(process.execPath, enrol, { env, timeout: ENROL_DEADLINE_MS });
  }
  await supervisor.start({
    name: 'agent of this machine',
    command: process.execPath,
    args: [program, 'agentd', ...observing, '--run', folder.agent],
    env,
    cwd: folder.agent,
    logFile: join(folder.logs, 'agent.log'),
    saysReady: false,
  });
  return undefined;
}

/** A host name as a server name: what is not allowed in one becomes a hyphen. */
function serverName(host: string): string {
  const name = host
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]/g, '-')
    .replaceAll(/^[.-]+|[.-]+$/g, '');
  return name.slice(0, 63) || 'this-machine';
}
