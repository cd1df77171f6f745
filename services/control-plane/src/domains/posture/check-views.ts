// Checks as pages show them.
import { SEVERITIES, type CheckView, type Severity } from '@muster/contracts/posture';
import type { CheckDefinition } from '@muster/posture/check';
import { checkOf } from '@muster/posture/checks';

export const summaryOf = ({ id, title, area, severity }: CheckDefinition) => ({ checkId: id, title, area, severity });

export const viewOf = (check: CheckDefinition): CheckView => ({
  ...summaryOf(check),
  measured: check.measured,
  expected: check.expected,
  why: check.why,
  evidence: { ...check.evidence },
  fix: check.fix,
  undo: check.undo,
  risk: check.risk,
  maps: [...check.maps],
  probes: Object.values(check.reads).map(({ name }) => name),
});

/** A check that the catalogue no longer has still has its findings and waivers, until they are closed. */
export function summaryById(checkId: string) {
  const check = checkOf(checkId);
  return check === undefined
    ? {
        checkId,
        title: `${checkId}, which is no longer in the catalogue`,
        area: 'ssh' as const,
        severity: 'low' as const,
      }
    : summaryOf(check);
}

interface Grouped {
  readonly checkId: string;
  readonly severity: Severity;
  readonly servers: number;
}

/** For groups by check: the worst, then what most servers have. */
export const worstFirst = (a: Grouped, b: Grouped): number =>
  SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
  b.servers - a.servers ||
  a.checkId.localeCompare(b.checkId);
