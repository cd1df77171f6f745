// Branches of PHP that are installed, with the pools that run them, and the last day of fixes of each.
import { php as probe } from '@muster/posture/probes/php';
import { dayAfter } from '../days.ts';
import { readingOf, type KindDefinition } from '../kind.ts';

const MOST_NAMED = 12;

export const php: KindDefinition = {
  kind: 'php',
  probes: [probe.name],
  read(reports, { policy, now }) {
    const reading = readingOf(probe, reports);
    if (reading === null) return null;
    const today = dayAfter(now, 0);
    const soon = dayAfter(now, policy.endOfLifeWarningDays);
    return {
      complete: reading.complete,
      items: reading.versions.map((version) => {
        const until = policy.php[version]?.security ?? null;
        const pools = reading.pools.filter((pool) => pool.version === version).map(({ name }) => name);
        return {
          item: `PHP ${version}`,
          // A branch that the policy has no date of may be past it: it stands first.
          sort: `${until ?? '0000-00-00'} ${version}`,
          facts: {
            version,
            until,
            activeUntil: policy.php[version]?.active ?? null,
            pools: pools.length,
            names: pools.slice(0, MOST_NAMED).join(', ').slice(0, 300),
          },
          attention: attentionTo(until, today, soon),
          toExplain: false,
        };
      }),
    };
  },
};

function attentionTo(until: string | null, today: string, soon: string): string | null {
  if (until === null) return 'Its end of life is not known';
  if (until < today) return 'It gets no security fixes';
  return until < soon ? 'Its security fixes end soon' : null;
}
