// The release before this one: whose agent servers may still run, and whose control plane is upgraded to this one. Whoever
// publishes a release puts its commit here, in the first change after it: docs/guides/releasing.md.
export const PREVIOUS_RELEASE = {
  version: '0.1.0',
  /**
   * Its agents cannot replace themselves, look at the posture, or let an address go; they speak of journal and epochs. Its
   * compose file has no prober, and its database ends at migration 0040. Its lockfile names no package that the present one
   * lacks, so that its image is built out of the same npm cache.
   */
  commit: '249d9c558c67e9ddf6576f5f424e2169fe5a4cbf',
} as const;
