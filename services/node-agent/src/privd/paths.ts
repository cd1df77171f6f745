// Where the root helper keeps and finds things. Each can be moved for development and tests; the installed units use these.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HOST_POLICY_PATH } from '../trust/host-policy.ts';

export interface PrivdPaths {
  readonly state: string;
  readonly guard: string;
  readonly scratch: string;
  readonly policy: string;
  readonly fail2ban: string;
  readonly libexec: string;
  readonly units: string;
  /** The agent's own program: `versions/` and the link `current`. */
  readonly agent: string;
  /** What agentd downloaded. */
  readonly downloads: string;
}

/** agentd's own file; whoever touches it says that something on the host stirred. */
export const STIRRED = '/run/muster-agent/stirred';

/** Where fail2ban listens; muster-f2b-read asks there. */
export const FAIL2BAN_SOCKET = '/run/fail2ban/fail2ban.sock';

export const INSTALLED_AT = '/opt/muster-agent/current';

export const DEFAULT_PATHS: PrivdPaths = {
  state: '/var/lib/muster-privd',
  guard: '/var/lib/muster-guard',
  scratch: '/run/muster-privd',
  policy: HOST_POLICY_PATH,
  fail2ban: '/etc/fail2ban',
  libexec: defaultLibexec(),
  units: '/etc/systemd/system',
  agent: '/opt/muster-agent',
  downloads: '/var/lib/muster-agent/downloads',
};

/** Beside the installed bundle, or in the clone when run from source. */
function defaultLibexec(): string {
  if (existsSync(`${INSTALLED_AT}/libexec/muster-restore`) && import.meta.dirname.startsWith('/opt/muster-agent/')) {
    return `${INSTALLED_AT}/libexec`;
  }
  for (let folder = import.meta.dirname; folder !== '/'; folder = dirname(folder)) {
    for (const candidate of [join(folder, 'libexec'), join(folder, 'deploy/agent/files')]) {
      if (existsSync(join(candidate, 'muster-restore'))) return candidate;
    }
  }
  return `${INSTALLED_AT}/libexec`;
}
