// What was asked of the ban dialogs from anywhere: the key `b`, the palette, a row. The dialogs themselves are loaded
// when they are first needed.
import type { BlockView, ProtectionView } from '@muster/contracts/bans';
import type { Target } from '@muster/contracts';

class BanRequests {
  block = $state.raw<{ range: string; target: Target | null } | null>(null);
  lift = $state.raw<BlockView | null>(null);
  protect = $state.raw<{ range: string } | null>(null);
  endProtection = $state.raw<ProtectionView | null>(null);
}

export const banRequests = new BanRequests();
