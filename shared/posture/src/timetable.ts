// When each probe is read, and by whom: all that agentd must know of those that the root helper runs for it. The agent's
// build puts plain data in the place of this module, so that agentd does not hold forty probes with their schemas.
import type { Cadence, Probe } from './probe.ts';
import { probes } from './probes.ts';

export interface TimetableEntry {
  readonly name: string;
  readonly cadence: Cadence;
  readonly onChange: boolean;
  readonly network: boolean;
}

export const timetable: readonly TimetableEntry[] = probes.map(({ name, cadence, onChange, network }: Probe) => ({
  name,
  cadence,
  onChange: onChange === true,
  network: network === true,
}));
