// WP-012: No login limiting, or user named admin.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { fail2ban } from '../probes/fail2ban.ts';
import { wordpress } from '../probes/wordpress.ts';

export default check({
  id: 'WP-012',
  area: 'wordpress',
  severity: 'low',
  title: 'No login limiting, or user named admin',
  measured: 'plugins, jails of fail2ban, logins of administrators',
  expected: 'guesses at the login are slowed down, and nobody is called admin',
  why: 'The login page lets anybody guess as fast as the server answers. Half of the guess is done when the name is admin.',
  evidence: { site: 'Site', limited: 'Guesses are limited', admin: 'A user is called admin' },
  fix: 'Enable a jail for wp-login.php, or a plugin that limits logins; make another administrator and delete admin.',
  undo: 'Disable the jail or plugin.',
  risk: 'low',
  maps: [],
  reads: { wordpress, fail2ban },
  judge({ wordpress: { sites }, fail2ban: { jails, answers, installed } }, { policy }) {
    if (sites.length === 0) return notApplicable('There is no WordPress');
    const jail = jails.some(({ jail }) => /wordpress|wp-login/.test(jail));
    const open = sites.flatMap(({ root, extensions, administrators }) => {
      const limited =
        jail || extensions.some(({ slug, active }) => active !== false && policy.loginLimiters.includes(slug));
      const admin = (administrators ?? []).some(({ login }) => login === 'admin');
      return limited && !admin ? [] : [{ subject: root, evidence: { site: root, limited, admin } }];
    });
    if (open.some(({ evidence }) => !evidence.limited) && installed && answers === null)
      return unknown('fail2ban could not be asked');
    return failures(
      open,
      sites.some(({ administrators }) => administrators === null)
        ? 'The database of a site could not be asked for its administrators'
        : null,
    );
  },
});
