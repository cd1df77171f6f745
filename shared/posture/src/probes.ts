// Every probe of the catalogue. One that is not here is not run.
import type { Probe } from './probe.ts';
import { accounts } from './probes/accounts.ts';
import { agentFiles } from './probes/agent-files.ts';
import { authorizedKeys } from './probes/authorized-keys.ts';
import { baseline } from './probes/baseline.ts';
import { busy } from './probes/busy.ts';
import { certificates } from './probes/certificates.ts';
import { clock } from './probes/clock.ts';
import { databases } from './probes/databases.ts';
import { diskHealth } from './probes/disk-health.ts';
import { dkimKeys } from './probes/dkim-keys.ts';
import { docker } from './probes/docker.ts';
import { fail2ban } from './probes/fail2ban.ts';
import { firewall } from './probes/firewall.ts';
import { firewallRules } from './probes/firewall-rules.ts';
import { jailSight } from './probes/jail-sight.ts';
import { kernelSettings } from './probes/kernel-settings.ts';
import { keyUses } from './probes/key-uses.ts';
import { listeners } from './probes/listeners.ts';
import { logFiles } from './probes/log-files.ts';
import { logging } from './probes/logging.ts';
import { mail } from './probes/mail.ts';
import { modules } from './probes/modules.ts';
import { nameServer } from './probes/name-server.ts';
import { panel } from './probes/panel.ts';
import { passwordPolicy } from './probes/password-policy.ts';
import { php } from './probes/php.ts';
import { processes } from './probes/processes.ts';
import { resources } from './probes/resources.ts';
import { scheduled } from './probes/scheduled.ts';
import { setuid } from './probes/setuid.ts';
import { siteSecrets } from './probes/site-secrets.ts';
import { sshd } from './probes/sshd.ts';
import { sudo } from './probes/sudo.ts';
import { updates } from './probes/updates.ts';
import { wafLog } from './probes/waf-log.ts';
import { webAnswers } from './probes/web-answers.ts';
import { webFiles } from './probes/web-files.ts';
import { webServer } from './probes/web-server.ts';
import { wordpressCore } from './probes/wordpress-core.ts';
import { wordpress } from './probes/wordpress.ts';

export const probes = [
  accounts,
  agentFiles,
  authorizedKeys,
  baseline,
  busy,
  certificates,
  clock,
  databases,
  diskHealth,
  dkimKeys,
  docker,
  fail2ban,
  firewall,
  firewallRules,
  jailSight,
  kernelSettings,
  keyUses,
  listeners,
  logFiles,
  logging,
  mail,
  modules,
  nameServer,
  panel,
  passwordPolicy,
  php,
  processes,
  resources,
  scheduled,
  setuid,
  siteSecrets,
  sshd,
  sudo,
  updates,
  wafLog,
  webAnswers,
  webFiles,
  webServer,
  wordpress,
  wordpressCore,
] as const satisfies readonly Probe[];
