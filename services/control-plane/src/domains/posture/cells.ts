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

export function scoreServer(findings: readonly OpenFinding[], uncovered: readonly Uncovered[]): ServerScore {
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
    areas: Object.fromEntries(AREAS.map((area) => [area, cellOf(area, findings, uncovered)])) as Record<Area, AreaCell>,
  };
}

function cellOf(area: Area, findings: readonly OpenFinding[], uncovered: readonly Uncovered[]): AreaCell {
  const mine = findings.filter((one) => one.area === area);
  const worst = SEVERITIES.find((severity) => mine.some((one) => !one.waived && one.severity === severity));
  if (worst !== undefined) {
    return {
      state: 'open',
      severity: worst,
      count: mine.filter((one) => !one.waived && one.severity === worst).length,
    };
  }
  const asked = checks.filter((check) => check.area === area).map(({ id }) => id);
  const states = uncovered.filter(({ checkId }) => asked.includes(checkId));
  const unknown = states.filter(({ state }) => state !== 'not-applicable').length;
  if (unknown > 0) return { state: 'unknown', severity: null, count: unknown };
  const accepted = mine.filter(({ waived }) => waived);
  const severity = SEVERITIES.find((one) => accepted.some((finding) => finding.severity === one)) ?? null;
  if (accepted.length > 0) return { state: 'accepted', severity, count: accepted.length };
  return { state: states.length === asked.length ? 'not-applicable' : 'fine', severity: null, count: 0 };
}
