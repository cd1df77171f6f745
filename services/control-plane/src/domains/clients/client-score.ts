// What a client's findings take of 100: as the fleet's score is the mean of its servers', of each only what is the client's.
import type { Severity } from '@muster/contracts/posture';
import { checkOf } from '@muster/posture/checks';
import { scoreOf } from '@muster/posture/score';

export interface WeighedFinding {
  readonly serverId: string;
  readonly checkId: string;
  readonly severity: Severity;
}

/** `judged`: ids of its servers that were. `open`: what is open there and its own. To a tenth; null: none was judged. */
export function clientScore(judged: readonly string[], open: readonly WeighedFinding[]): number | null {
  if (judged.length === 0) return null;
  const of = Map.groupBy(open, ({ serverId }) => serverId);
  const scores = judged.map((serverId) =>
    scoreOf(
      (of.get(serverId) ?? []).map(({ checkId, severity }) => ({ area: checkOf(checkId)?.area ?? 'web', severity })),
    ),
  );
  return Math.round((scores.reduce((sum, score) => sum + score, 0) / scores.length) * 10) / 10;
}
