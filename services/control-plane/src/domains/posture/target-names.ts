// What a target is called on a page.
import type { Target } from '@muster/contracts';

export const idOf = (target: Target): string | null =>
  target.kind === 'fleet' ? null : target.kind === 'group' ? target.groupId : target.serverId;

/** `names` as the directory of servers has them. */
export function nameOf(target: Target, names: ReadonlyMap<string, string>): string {
  const id = idOf(target);
  return id === null ? 'the fleet' : (names.get(id) ?? `a ${target.kind}`);
}
