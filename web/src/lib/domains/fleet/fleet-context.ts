// The fleet's summary, asked once by the operator frame and shared by rail, top, ledger strip and pages.
import type { FleetSummary } from '@muster/contracts/fleet';
import { createContext } from 'svelte';
import type { View } from '#lib/platform/view.svelte.ts';

export const [fleetView, setFleetView] = createContext<View<FleetSummary>>();
