// WP-011: Unexpected administrator user.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { dayOf } from '../first-seen.ts';
import { guide, step } from '../guide.ts';
import { wp } from '../guides/services.ts';
import { wordpress } from '../probes/wordpress.ts';
import { sh } from '../shell.ts';

export default check({
  id: 'WP-011',
  area: 'wordpress',
  severity: 'high',
  title: 'Unexpected administrator user',
  measured: 'administrators in each site’s database against those when the site was first seen',
  expected: 'no administrator came without somebody accounting for it',
  why: 'Holes in plugins are used to make one. It stays when the plugin is mended, and looks like a colleague.',
  evidence: { site: 'Site', login: 'Login', since: 'Seen since' },
  fix: 'Ask the site’s owner. Make it a subscriber (wp user set-role), end its sessions, look for what it changed.',
  undo: 'Give it the role back.',
  risk: 'service',
  maps: [],
  reads: { wordpress },
  judge({ wordpress: { sites } }) {
    if (sites.length === 0) return notApplicable('There is no WordPress');
    const added = sites.flatMap(({ root, administrators }) =>
      (administrators ?? []).flatMap(({ login, newSince }) =>
        newSince === null
          ? []
          : [{ subject: `${root} ${login}`, evidence: { site: root, login, since: dayOf(newSince) } }],
      ),
    );
    if (added.length === 0 && sites.some(({ administrators }) => administrators === null)) {
      return unknown('The database of a site could not be asked');
    }
    return failures(added);
  },
  steps({ evidence: { site, login, since } }) {
    return guide(
      [
        step(
          `“${login}” became administrator of “${site}”, seen on ${since}. Ask the site’s owner.`,
          wp(site, sh`user get ${login} --fields=ID,user_login,user_email,user_registered,roles`),
        ),
        step(
          'Take its rights, and end its sessions.',
          wp(site, sh`user set-role ${login} subscriber`),
          wp(site, 'user list --role=administrator'),
        ),
        step('End what it has open.', wp(site, sh`user session destroy ${login} --all`)),
        step('Look for what it changed: plugins, themes, other users.', wp(site, 'plugin list')),
      ],
      [step('Give it the role back.', wp(site, sh`user set-role ${login} administrator`))],
    );
  },
});
