// The fleet's summary, asked once by the operator frame and shared by rail, top, ledger strip and pages.
import type { FleetSummary } from '@muster/contracts/fleet';
import { createContext } from 'svelte';
import type { View } from '#lib/platform/view.svelte.ts';

export const [fleetView, setFleetView] = createContext<View<FleetSummary>>();

/** Whether a server is simulated, by the roll: rows about servers that are gone or not managed may not know it. */
export function isSimulated(fleet: View<FleetSummary>, server: { serverId: string; simulated: boolean }): boolean {
  return (
    server.simulated || (fleet.data?.roll.some((row) => row.serverId === server.serverId && row.simulated) ?? false)
  );
}
