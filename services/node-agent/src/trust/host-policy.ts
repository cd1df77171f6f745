// /etc/muster/policy.json: what this host's own administrator forbids. It can only narrow; Muster cannot override it.
// A file that somebody else than root could have written does not count, and that is said in every report.
import { z } from 'zod';
import { isAbsent, isRootOwnedAndUnwritableByOthers, readIfPresent } from '../host/files.ts';

export const HOST_POLICY_PATH = '/etc/muster/policy.json';

const hostPolicy = z.strictObject({
  /** Capabilities (`bans`) or single tasks (`bans.manage@1`) that are refused whoever asks. */
  forbid: z.array(z.string().max(80)).max(100).default([]),
});

export interface HostPolicy {
  forbids(capability: string, task?: string): boolean;
  /** Why the file is not followed as written; null when there is none or it is. */
  readonly problem: string | null;
}

export async function readHostPolicy(path: string): Promise<HostPolicy> {
  let text: string | undefined;
  try {
    text = await readIfPresent(path);
    if (text === undefined) return policy([], null);
    if (!(await isRootOwnedAndUnwritableByOthers(path))) {
      return policy([], `${path} is ignored: it must be a plain file of root that nobody else may write`);
    }
  } catch (error) {
    if (isAbsent(error)) return policy([], null);
    throw error;
  }
  // A root-owned file with a mistake means somebody wanted to forbid something: forbid everything rather than guess.
  try {
    return policy(hostPolicy.parse(JSON.parse(text)).forbid, null);
  } catch {
    return {
      forbids: () => true,
      problem: `${path} cannot be read as a policy, so everything is forbidden until it is mended`,
    };
  }
}

function policy(forbidden: readonly string[], problem: string | null): HostPolicy {
  return {
    forbids: (capability, task) => forbidden.includes(capability) || (task !== undefined && forbidden.includes(task)),
    problem,
  };
}
