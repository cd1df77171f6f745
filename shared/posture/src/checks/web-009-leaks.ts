// WEB-009: Secrets or source exposed over HTTP.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { reloadNginx, whereSite } from '../guides/services.ts';
import { webAnswers } from '../probes/web-answers.ts';
import { HOST, only, sh } from '../shell.ts';

export default check({
  id: 'WEB-009',
  area: 'web',
  severity: 'critical',
  title: 'Secrets or source exposed over HTTP',
  measured: 'GET of /.env, /.git/HEAD, backups and dumps over loopback; served only when the content is of that kind',
  expected: '403 or 404',
  why: 'Scanners ask every site for these names, all day. One answer holds the passwords of the database and of the mail account.',
  evidence: { name: 'Site', path: 'Path' },
  fix: 'Deny it (location ~ /\\.(?!well-known) { deny all; }), move the file out of the web root, and change every secret in it: it was public.',
  undo: 'Take the rule out and reload.',
  risk: 'low',
  maps: [],
  reads: { webAnswers },
  judge({ webAnswers: { sites, read } }) {
    if (!read) return unknown('The sites could not be asked');
    if (sites.length === 0) return notApplicable('No site is configured');
    return failures(
      sites.flatMap(({ name, leaks }) =>
        leaks.map((path) => ({ subject: `${name}${path}`, evidence: { name, path } })),
      ),
    );
  },
  steps({ evidence: { name, path } }) {
    const host = only(name, HOST);
    const asked = sh`curl -ksS -o /dev/null -w '%{http_code}\\n' -H ${host === '' ? '' : `Host: ${host}`} ${`http://127.0.0.1${path}`}`;
    return guide(
      [
        step(
          `http://${name}${path} is given to everybody. See which file is about the site, and its root.`,
          whereSite(host),
        ),
        step(
          `Write “location = ${path} { deny all; }” into its server block; for files with a dot, “location ~ /\\.(?!well-known) { deny all; }”.`,
        ),
        reloadNginx(asked),
        step('Move the file out of the web root, and change every secret in it: it was public.'),
      ],
      [step('Take the rule out again.'), reloadNginx()],
    );
  },
});
