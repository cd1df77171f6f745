// The release of the agent that servers may still run while this control plane is in use. Whoever publishes a release puts its
// commit here, in the first change after it: docs/guides/releasing.md.
export const PREVIOUS_RELEASE = {
  version: '0.1.0',
  /** Before agents could replace themselves, look at the posture, or let an address go: they speak of journal and epochs. */
  commit: '249d9c558c67e9ddf6576f5f424e2169fe5a4cbf',
} as const;
