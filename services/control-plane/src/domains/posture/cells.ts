// From open findings and unanswered checks to one cell per area and one score. Pure.
import {
  AREAS,
  SEVERITIES,
  type Area,
  type AreaCell,
  type PostureCounts,
  type Severity,
} from '@muster/contracts/posture';
import { checks } from '@muster/posture/checks';
import { scoreOf } from '@muster/posture/score';

export interface OpenFinding {
  readonly area: Area;
  readonly severity: Severity;
  readonly waived: boolean;
}
export interface Uncovered {
  readonly checkId: string;
  readonly state: 'unknown' | 'not-applicable' | 'error';
}

export interface ServerScore {
  readonly score: number;
  readonly counts: PostureCounts;
  readonly areas: Readonly<Record<Area, AreaCell>>;
}

/** Checks by area, as they were when the server was judged. */
export type Asked = Readonly<Partial<Record<Area, readonly string[]>>>;

/** For judgements whose events do not say it: the catalogue as it is. */
export const askedNow: Asked = Object.fromEntries(
  [...Map.groupBy(checks, ({ area }) => area)].map(([area, of]) => [area, of.map(({ id }) => id)]),
);

export function scoreServer(
  findings: readonly OpenFinding[],
  uncovered: readonly Uncovered[],
  asked: Asked = askedNow,
): ServerScore {
  const open = findings.filter(({ waived }) => !waived);
  const of = (severity: Severity): number => open.filter((one) => one.severity === severity).length;
  const unknown = uncovered.filter(({ state }) => state !== 'not-applicable').length;
  return {
    score: scoreOf(open),
    counts: {
      critical: of('critical'),
      high: of('high'),
      medium: of('medium'),
      low: of('low'),
      accepted: findings.length - open.length,
      unknown,
    },
    areas: Object.fromEntries(
      AREAS.map((area) => [area, cellOf(area, findings, uncovered, asked[area] ?? [])]),
    ) as Record<Area, AreaCell>,
  };
}

const NOT_ASKED: AreaCell = { state: 'not-applicable', severity: null, count: 0 };

/** An area that came with a later catalogue was not asked, which is not "fine". */
export const everyArea = (areas: Partial<Record<Area, AreaCell>>): Record<Area, AreaCell> =>
  Object.fromEntries(AREAS.map((area) => [area, areas[area] ?? NOT_ASKED])) as Record<Area, AreaCell>;

function cellOf(
  area: Area,
  findings: readonly OpenFinding[],
  uncovered: readonly Uncovered[],
  asked: readonly string[],
): AreaCell {
  const mine = findings.filter((one) => one.area === area);
  const worst = SEVERITIES.find((severity) => mine.some((one) => !one.waived && one.severity === severity));
  if (worst !== undefined) {
    return {
      state: 'open',
      severity: worst,
      count: mine.filter((one) => !one.waived && one.severity === worst).length,
    };
  }
  const states = uncovered.filter(({ checkId }) => asked.includes(checkId));
  const unknown = states.filter(({ state }) => state !== 'not-applicable').length;
  if (unknown > 0) return { state: 'unknown', severity: null, count: unknown };
  const accepted = mine.filter(({ waived }) => waived);
  const severity = SEVERITIES.find((one) => accepted.some((finding) => finding.severity === one)) ?? null;
  if (accepted.length > 0) return { state: 'accepted', severity, count: accepted.length };
  return states.length === asked.length ? NOT_ASKED : { state: 'fine', severity: null, count: 0 };
}
