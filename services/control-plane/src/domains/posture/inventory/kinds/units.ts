// Services and timers that no package brought: somebody wrote them by hand, or something did.
import { scheduled } from '@muster/posture/probes/scheduled';
import { readingOf, type KindDefinition } from '../kind.ts';

export const units: KindDefinition = {
  kind: 'units',
  probes: [scheduled.name],
  read(reports) {
    const reading = readingOf(scheduled, reports);
    if (reading === null || reading.unowned === null) return null;
    return {
      complete: reading.complete,
      items: reading.unowned.map(({ path, mode, owner }) => ({
        item: path,
        sort: path,
        facts: { path, owner, mode },
        attention: null,
        toExplain: false,
      })),
    };
  },
};
