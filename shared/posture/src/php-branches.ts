// Branches of PHP that serve a site, with the days until which their makers mend them.
import type { z } from 'zod';
import type { PosturePolicy } from './policy.ts';
import type { php } from './probes/php.ts';

export interface ServingBranch {
  readonly version: string;
  /** Names of its first pools. */
  readonly pools: string;
  readonly security: string;
  readonly active: string;
}

/** A branch that the policy does not know is left out. */
export const servingBranches = (
  { versions, pools }: z.infer<typeof php.reading>,
  policy: PosturePolicy,
): ServingBranch[] =>
  versions.flatMap((version) => {
    const own = pools.filter((pool) => pool.version === version).map(({ name }) => name);
    const dates = policy.php[version];
    return own.length === 0 || dates === undefined ? [] : [{ version, pools: own.slice(0, 12).join(', '), ...dates }];
  });
