// A server as the agent behaves towards deltas and snapshots, without nft: keeps the chain of revisions, refuses a gap.
import { ApplyBans, SnapshotBans } from '@muster/contracts/bans';
import { blockListHash } from '@muster/kernel/hashing';
import type { Order } from '../convergence.ts';

export class Host {
  revision = 0;
  readonly blocks = new Map<string, string>();
  readonly protections = new Map<string, string>();
  gaps = 0;

  constructor(readonly serverId: string) {}

  take(orders: readonly Order[]): void {
    for (const { steps } of orders) {
      for (const task of steps.flat()) {
        if (task.serverId === this.serverId) this.carryOut(task.definition.name, task.args);
      }
    }
  }

  /** False for a gap. */
  carryOut(name: string, args: unknown): boolean {
    if (name === SnapshotBans.name) {
      const { revision, blocks, protections } = SnapshotBans.args.parse(args);
      this.revision = revision;
      this.blocks.clear();
      this.protections.clear();
      for (const { id, range } of blocks) this.blocks.set(id, range);
      for (const { id, range } of protections) this.protections.set(id, range);
    } else if (name === ApplyBans.name) {
      const { from, to, add, remove, protect, unprotect } = ApplyBans.args.parse(args);
      if (from !== this.revision) {
        this.gaps++;
        return false;
      }
      this.revision = to;
      for (const id of remove) this.blocks.delete(id);
      for (const id of unprotect) this.protections.delete(id);
      for (const { id, range } of add) this.blocks.set(id, range);
      for (const { id, range } of protect) this.protections.set(id, range);
    }
    return true;
  }

  get hash(): string {
    return blockListHash(this.blocks.values(), this.protections.values());
  }
}
