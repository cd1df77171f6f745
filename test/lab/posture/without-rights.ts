// What a probe may see without rights, and what not. That a probe needs privilege says that some of what it reads needs it; a check
// that judges by the rest alone is named here, with what it reads and anybody may. Every other check of such a probe must not
// pass where privilege was taken away.
import { checks } from '@muster/posture/checks';
import { probes } from '@muster/posture/probes';

/** Why its answer is the same for anybody. */
export const ANYBODY_MAY_READ: Readonly<Record<string, string>> = {
  'ACC-001': '/etc/passwd',
  'ACC-005': '/etc/group',
  'DB-005': 'ports that listen, with their addresses',
  'DNS-003': 'zone files, as Debian keeps them',
  'DNS-004': 'the settings of BIND, as Debian keeps them',
  'F2B-009': 'the rights of a socket, in a folder that anybody enters',
  'FILE-001': 'web roots that anybody enters; one that is closed makes it unknown',
  'FILE-002': 'web roots that anybody enters; one that is closed makes it unknown',
  'FILE-003': 'web roots that anybody enters; one that is closed makes it unknown',
  'FILE-004': 'web roots that anybody enters; one that is closed makes it unknown',
  'FW-004': 'ports that listen, with their addresses',
  'MAIL-001': 'main.cf, by postconf',
  'MAIL-002': 'main.cf, by postconf',
  'MAIL-003': 'main.cf and the settings of Dovecot that are no secret',
  'MAIL-008': 'the queue, which Postfix shows to every account (authorized_mailq_users)',
  'PER-003': 'names of units, and dpkg',
  'PER-005': '/etc/ld.so.preload',
  'PER-007': 'the seconds of a processor in ps; whose program it is stays unknown',
  'RES-001': 'df',
  'RES-002': 'df',
  'SSH-003': 'ports that listen, with their addresses',
  'WAF-001': 'sites of nginx that anybody may read; one that is closed makes it unknown',
  'WAF-002': 'sites of nginx that anybody may read; one that is closed makes it unknown',
  'WAF-004': 'sites of nginx that anybody may read; one that is closed makes it unknown',
  'WAF-006': 'the audit log, which ModSecurity writes for everybody to read',
  'WEB-001': 'certificates, which are public; a site that is closed makes it unknown',
  'WEB-002': 'certificates, which are public; a site that is closed makes it unknown',
  'WEB-005': 'timers of systemd',
  'WP-004': 'sites of nginx that anybody may read',
  'WP-005': 'the rights of wp-config.php, in a folder that anybody enters',
  'WP-008': 'plugins and themes; where there is more than one to choose, the database is asked',
};

const privileged = new Set<string>(probes.filter(({ privilege }) => privilege !== null).map(({ name }) => name));

/** Checks that read a probe which declares a privilege, and judge by what needs it. */
export const NEED_PRIVILEGE: readonly string[] = checks
  .filter(({ id, reads }) => Object.values(reads).some(({ name }) => privileged.has(name)) && !(id in ANYBODY_MAY_READ))
  .map(({ id }) => id);
