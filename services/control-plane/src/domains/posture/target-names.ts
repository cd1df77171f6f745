// What a target is called on a page.
import type { WaiverTarget } from '@muster/contracts/posture';

export function idOf(target: WaiverTarget): string | null {
  switch (target.kind) {
    case 'fleet':
      return null;
    case 'group':
      return target.groupId;
    case 'server':
      return target.serverId;
    case 'client':
      return target.clientId;
  }
}

/** `names` as the directories of servers and clients have them. */
export function nameOf(target: WaiverTarget, names: ReadonlyMap<string, string>): string {
  const id = idOf(target);
  return id === null ? 'the fleet' : (names.get(id) ?? `a ${target.kind}`);
}
