// Of a version of WordPress: which version of its branch has every fix that the policy knows of.
import type { PosturePolicy } from './policy.ts';
import { isOlder } from './versions.ts';

/** `no longer` for a branch that is older than every one with fixes; null when the policy does not know the branch. */
export function fixedCore(version: string, policy: Pick<PosturePolicy, 'wordpress'>): string | null {
  if (version === '') return null;
  const branch = version.split('.').slice(0, 2).join('.');
  const [oldest = ''] = Object.keys(policy.wordpress).toSorted((a, b) => (isOlder(a, b) ? -1 : 1));
  return policy.wordpress[branch] ?? (isOlder(branch, oldest) ? 'no longer' : null);
}
