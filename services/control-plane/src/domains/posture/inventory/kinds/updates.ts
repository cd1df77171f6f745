// Packages with a security update that is not installed.
import { updates as probe } from '@muster/posture/probes/updates';
import { readingOf, type KindDefinition } from '../kind.ts';

export const updates: KindDefinition = {
  kind: 'updates',
  probes: [probe.name],
  read(reports) {
    const reading = readingOf(probe, reports);
    if (reading === null || reading.pending === null) return null;
    return {
      complete: true,
      items: reading.pending
        .filter(({ security }) => security)
        .map(({ name, from, to }) => ({
          item: name,
          sort: name,
          facts: { package: name, from, to, system: reading.os.name },
          attention: 'A security update is not installed',
          toExplain: false,
        })),
    };
  },
};
