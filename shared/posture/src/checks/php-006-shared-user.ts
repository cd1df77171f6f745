// PHP-006: Sites share one PHP user (no isolation).
import { check, failures, notApplicable, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { php } from '../probes/php.ts';
import { NAME, only, sh, VERSION } from '../shell.ts';

export default check({
  id: 'PHP-006',
  area: 'php',
  severity: 'high',
  title: 'Sites share one PHP user (no isolation)',
  measured: 'user of each PHP-FPM pool',
  expected: 'a user of its own for each pool, and never root',
  why: 'Whoever breaks into one site reads the files of every other with the same user. One old plugin then costs all clients of the server.',
  evidence: { user: 'User', pools: 'Pools' },
  fix: 'Give each site a system user and a pool that runs as it; change the owner of its files; reload PHP-FPM.',
  undo: 'Put the former user back into the pool and reload.',
  risk: 'service',
  maps: [],
  reads: { php },
  judge({ php: { pools, complete } }) {
    if (pools.length === 0)
      return complete ? notApplicable('There is no pool of PHP') : unknown('Not every pool could be read');
    const byUser = Map.groupBy(pools, ({ user }) => user);
    const shared = [...byUser].filter(
      ([user, own]) => user === 'root' || new Set(own.map(({ name }) => name)).size > 1,
    );
    if (shared.length === 0 && !complete) return unknown('Not every pool could be read');
    return failures(
      shared.map(([user, own]) => ({
        subject: `user ${user}`,
        evidence: {
          user,
          pools: own
            .map(({ name, version }) => `${name} (PHP ${version})`)
            .slice(0, 12)
            .join(', '),
        },
      })),
    );
  },
  steps({ evidence: { user, pools } }) {
    const named = [...String(pools).matchAll(/([\w.-]+) \(PHP (\d+\.\d+)\)/g)].map(([, pool, branch]) => ({
      pool: only(pool, NAME),
      branch: only(branch, VERSION),
    }));
    const first = user === 'root' ? undefined : named[0];
    const others = first === undefined ? named : named.slice(1);
    return guide(
      [
        step(`“${user}” runs ${pools}.${first === undefined ? '' : ` Let it keep ${first.pool}.`}`),
        ...others
          .slice(0, 5)
          .flatMap(({ pool, branch }) => [
            step(
              `Make a user for “${pool}”.`,
              sh`useradd --system --no-create-home --shell /usr/sbin/nologin ${`site-${pool}`}`,
              sh`id ${`site-${pool}`}`,
            ),
            step(
              `Write it as user and group into the file of the pool, give it the site’s files (chown -R), and load.`,
              sh`grep -ln ${`^\\[${pool}\\]`} /etc/php/${branch}/fpm/pool.d/*.conf; php-fpm${branch} -t && systemctl reload php${branch}-fpm`,
              sh`ps -o user=,args= -C php-fpm${branch}`,
            ),
          ]),
      ],
      [step(`Write “${user}” into the pools again, give it the files back, and load.`)],
    );
  },
});
