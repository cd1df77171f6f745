// Every probe of the catalogue. One that is not here is not run.
import type { Probe } from './probe.ts';
import { accounts } from './probes/accounts.ts';
import { authorizedKeys } from './probes/authorized-keys.ts';
import { clock } from './probes/clock.ts';
import { fail2ban } from './probes/fail2ban.ts';
import { firewall } from './probes/firewall.ts';
import { kernelSettings } from './probes/kernel-settings.ts';
import { listeners } from './probes/listeners.ts';
import { logging } from './probes/logging.ts';
import { passwordPolicy } from './probes/password-policy.ts';
import { processes } from './probes/processes.ts';
import { scheduled } from './probes/scheduled.ts';
import { sshd } from './probes/sshd.ts';
import { sudo } from './probes/sudo.ts';
import { updates } from './probes/updates.ts';
import { webFiles } from './probes/web-files.ts';

export const probes = [
  accounts,
  authorizedKeys,
  clock,
  fail2ban,
  firewall,
  kernelSettings,
  listeners,
  logging,
  passwordPolicy,
  processes,
  scheduled,
  sshd,
  sudo,
  updates,
  webFiles,
] as const satisfies readonly Probe[];
