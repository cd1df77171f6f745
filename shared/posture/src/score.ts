// One number per server: 100 less the weight of every open finding, where one area takes at most 25. A finding that is
// accepted until a date takes nothing and is shown beside the number. Worked out the same for a page and for a past day.
import type { Area, Severity } from '@muster/contracts/posture';

export const WEIGHTS: Readonly<Record<Severity, number>> = { critical: 15, high: 6, medium: 2, low: 0.5 };
export const MOST_PER_AREA = 25;
/** As pages say it. */
export const FORMULA = { weights: { ...WEIGHTS }, mostPerArea: MOST_PER_AREA };

export interface Weighed {
  readonly area: Area;
  readonly severity: Severity;
}

export function scoreOf(open: readonly Weighed[]): number {
  const lost = new Map<Area, number>();
  for (const { area, severity } of open) lost.set(area, (lost.get(area) ?? 0) + WEIGHTS[severity]);
  const total = [...lost.values()].reduce((sum, weight) => sum + Math.min(weight, MOST_PER_AREA), 0);
  return Math.max(0, 100 - total);
}
