// PHP-005: Errors or debug shown to visitors.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { php } from '../probes/php.ts';
import { siteSecrets } from '../probes/site-secrets.ts';

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
});
