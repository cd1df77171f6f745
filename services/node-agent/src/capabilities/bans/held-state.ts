// What the host holds, in the words of the wire.
import type { HeldState } from '@muster/contracts/bans';
import type { HeldSummary } from './compare.ts';
import type { Desired } from './desired.ts';
import type { Synced } from './fail2ban/enforcer.ts';

/** `seen`: null where there is no table, or none of ours to look for. `at`: milliseconds. */
export function heldState(desired: Desired, seen: HeldSummary | null, synced: Synced, at: number): HeldState {
  const [withheld] = desired.withheld;
  return {
    at: new Date(at).toISOString(),
    revision: desired.revision,
    hash: seen?.hash ?? null,
    blocks: seen?.blocks ?? 0,
    protected: seen?.protected ?? 0,
    fail2banSynced: desired.managed ? synced.ok : null,
    problem: (withheld === undefined ? synced.note : `Not enforced: ${withheld.why}`)?.slice(0, 200) ?? null,
  };
}
