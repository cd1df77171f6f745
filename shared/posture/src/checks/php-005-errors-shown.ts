// PHP-005: Errors or debug shown to visitors.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { php } from '../probes/php.ts';
import { siteSecrets } from '../probes/site-secrets.ts';
import { only, sh, VERSION } from '../shell.ts';

export default check({
  id: 'PHP-005',
  area: 'php',
  severity: 'high',
  title: 'Errors or debug shown to visitors',
  measured: 'display_errors of php.ini and pools; APP_DEBUG of .env',
  expected: 'display_errors and APP_DEBUG are off',
  why: 'An error page shows paths, queries and sometimes passwords. It tells an attacker what worked and what nearly did.',
  evidence: { where: 'Where', setting: 'Setting' },
  fix: 'display_errors = Off in the FPM php.ini, php_admin_flag[display_errors] = off in the pool, APP_DEBUG=false; reload PHP-FPM.',
  undo: 'Put the former value back and reload.',
  risk: 'low',
  maps: [],
  reads: { php, siteSecrets },
  judge({ php: { pools, complete }, siteSecrets: { files, complete: all } }) {
    const shown = [
      ...pools
        .filter(({ displayErrors }) => displayErrors)
        .map(({ name, version }) => ({ where: `pool ${name} of PHP ${version}`, setting: 'display_errors' })),
      ...files.filter(({ debug }) => debug).map(({ path }) => ({ where: path, setting: 'APP_DEBUG' })),
    ];
    if (shown.length === 0 && !(complete && all)) return unknown('Not every pool or .env could be read');
    if (pools.length === 0 && files.length === 0) return notApplicable('There is no pool of PHP and no .env');
    return failures(shown.map((evidence) => ({ subject: evidence.where, evidence })));
  },
  steps({ evidence: { where, setting } }) {
    if (setting === 'APP_DEBUG') {
      const change = (from: string, to: string) => sh`sed -i ${`s/^APP_DEBUG=${from}/APP_DEBUG=${to}/I`} ${where}`;
      return guide(
        [
          step(
            `Switch APP_DEBUG off in “${where}”. A site that keeps its settings in a cache has to build that anew.`,
            change('.*', 'false'),
            sh`grep -n ^APP_DEBUG ${where}`,
          ),
        ],
        [step('Switch it on again.', change('false', 'true'))],
      );
    }
    const branch = only(/ of PHP (\S+)$/.exec(String(where))?.[1], VERSION);
    const ini = branch === '' ? '' : `/etc/php/${branch}/fpm/php.ini`;
    const load = branch === '' ? '' : `php${branch}-fpm`;
    return guide(
      [
        step(
          `Find where display_errors is on for ${where}: in the pool, which wins, or in php.ini.`,
          sh`grep -rnE 'display_errors' /etc/php/${branch}/fpm`,
        ),
        step(
          'Switch it off in php.ini; the file stays beside, with “.before” at its end.',
          sh`sed -i.before 's/^display_errors *=.*/display_errors = Off/' ${ini} && systemctl reload ${load}`,
          sh`grep -rnE '^[^;]*display_errors' /etc/php/${branch}/fpm`,
        ),
      ],
      [step('Put the former file back.', sh`mv ${ini}.before ${ini} && systemctl reload ${load}`)],
    );
  },
});
