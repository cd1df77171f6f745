// What of a server's inventory our tasks may change, so that a stranger's change is never excused by whatever of ours ran
// meanwhile. Pure. A task that is not named here changes nothing of it: blocks and bans are in no list, a scan only reads.
import { ManageBans } from '@muster/contracts/bans';
import type { ApprovedKind } from '@muster/contracts/posture';
import { InstallRelease } from '@muster/contracts/releases';
import type { CarriedOut } from '../../operations/index.ts';

/** A release brings its own units and replaces them. */
const AGENT_UNITS = [
  'muster-agentd.service',
  'muster-guard.service',
  'muster-privd.service',
  'muster-privd.socket',
  'muster-privd.timer',
  'muster-restore.service',
  'muster-update.service',
].map((unit) => `/etc/systemd/system/${unit}`);

/** Loaded by the kernel with the first table of sets and counters; older kernels have some of it in modules of their own. */
const TABLE_MODULES = ['nf_tables', 'nf_tables_set', 'nfnetlink', 'nft_counter', 'libcrc32c', 'crc32c_generic'].map(
  (module) => `kernel ${module}`,
);

type Items = Readonly<Partial<Record<ApprovedKind, readonly string[]>>>;

/** Tasks and the items, as the inventory spells them, that they may bring or take away. */
export const OWN_ITEMS: ReadonlyMap<string, Items> = new Map<string, Items>([
  [InstallRelease.name, { units: AGENT_UNITS }],
  [ManageBans.name, { modules: TABLE_MODULES }],
]);

export interface Change {
  readonly appeared: readonly string[];
  readonly gone: readonly string[];
}
export interface Explained extends Change {
  /** The operation of ours that did it; null: nobody of ours. */
  readonly operationId: string | null;
}

/** A change by who made it, ours first. Each item is in one of them. `tasks`: those that ran meanwhile. */
export function explained(kind: ApprovedKind, change: Change, tasks: readonly CarriedOut[]): Explained[] {
  const by = (item: string): string | null =>
    tasks.find(({ task }) => OWN_ITEMS.get(task)?.[kind]?.includes(item))?.operationId ?? null;
  const appeared = Map.groupBy(change.appeared, by);
  const gone = Map.groupBy(change.gone, by);
  const operations = new Set([...appeared.keys(), ...gone.keys()]);
  return [...operations]
    .sort((a, b) => Number(a === null) - Number(b === null))
    .map((operationId) => ({
      operationId,
      appeared: appeared.get(operationId) ?? [],
      gone: gone.get(operationId) ?? [],
    }));
}
