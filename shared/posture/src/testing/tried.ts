// What each check was made to fail on: the reference says no more of a check than this.
import { readdirSync } from 'node:fs';
import { judgeServer } from '../judge.ts';
import { posturePolicy } from '../policy.ts';
import { FIXTURES, RECORDED_AT, recordedReports } from './recorded.ts';

/**
 * Readings that specs write, because no program on the server tells them, and the checks that fail in them: each spec compares its
 * list with what it really saw fail.
 */
export const MADE_TO_FAIL = {
  'known.spec.ts': [
    'AGT-001',
    'AGT-002',
    'AGT-003',
    'AGT-004',
    'AGT-005',
    'AGT-006',
    'FW-009',
    'GEN-002',
    'KEY-002',
    'TIME-002',
  ],
  'outside/outside.spec.ts': [
    'DNS-001',
    'DNS-002',
    'FW-004',
    'MAIL-004',
    'MAIL-005',
    'MAIL-006',
    'OUT-001',
    'OUT-002',
    'OUT-003',
    'OUT-004',
    'PLK-005',
    'WEB-012',
  ],
  'judge.spec.ts': ['F2B-006'],
  'core-folders.spec.ts': ['WP-010'],
  'probes/panel.spec.ts': ['UPD-011'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Of the programs’ and interfaces’ documentation; every other folder was recorded of a real server. */
const isDocumented = (folder: string): boolean => folder.includes('-documented');

/** In words, by the id of a check; one that nothing made fail is missing. */
export async function triedOn(): Promise<ReadonlyMap<string, string>> {
  const circumstances = { policy: posturePolicy, now: RECORDED_AT };
  const recorded = new Set<string>();
  const documented = new Set<string>();
  for (const folder of readdirSync(FIXTURES)) {
    for (const { check, state } of judgeServer(await recordedReports(folder), circumstances)) {
      if (state === 'fail') (isDocumented(folder) ? documented : recorded).add(check.id);
    }
  }
  const written = Object.entries(MADE_TO_FAIL).flatMap(([spec, ids]) => ids.map((id) => [id, spec] as const));
  return new Map([
    ...written.map(([id, spec]) => [id, `readings that \`${spec}\` writes`] as const),
    ...[...documented].map((id) => [id, 'answers as their makers document them'] as const),
    ...[...recorded].map((id) => [id, 'a recorded server'] as const),
  ]);
}
