// PHP-006: Sites share one PHP user (no isolation).
import { check, failures, notApplicable, unknown } from '../check.ts';
import { php } from '../probes/php.ts';

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
});
