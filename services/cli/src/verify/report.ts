// What a verification found, for people and for programs.
import type { ExtractReport } from './verify-extract.ts';
import { harmlessText } from '@muster/kernel/harmless-text';

export type ProblemKind =
  'edited' | 'missing' | 'out-of-order' | 'cut-tail' | 'forged-checkpoint' | 'rewritten' | 'bad-signature' | 'stray';

export interface Problem {
  kind: ProblemKind;
  /** First position that is wrong; null when it has none. */
  position: number | null;
  /** The wrong position is somewhere from `position` to here (included). */
  upTo?: number;
  what: string;
}

export interface Report {
  ok: boolean;
  source: string;
  origin: string | null;
  entries: number;
  /** Positions below this are covered by a valid signed checkpoint. */
  signedSize: number;
  /** Positions below this were cosigned by a quorum of the witnesses that root named. */
  witnessedSize: number;
  checkpoints: number;
  cosignatures: { valid: number; fromListedWitnesses: number; quorum: number | null };
  tasks: { signed: number; verified: number };
  /** Outcomes that the host itself signed, those that nobody signed, and those that were checked from outside. */
  outcomes: { attested: number; unattested: number; probedFromOutside: number };
  firstWrongPosition: number | null;
  problems: Problem[];
}

const SHOWN = 20;

export function describe(report: Report): string {
  const lines = [
    report.ok ? 'The ledger is intact.' : `The ledger is WRONG${at(report.firstWrongPosition)}.`,
    '',
    `  source       ${report.source}`,
    `  log          ${report.origin ?? 'unknown'}`,
    `  events       ${report.entries}`,
    `  signed       ${report.signedSize} (${report.checkpoints} checkpoints verified)`,
    `  witnessed    ${witnessed(report)}`,
    `  tasks        ${report.tasks.verified} of ${report.tasks.signed} envelopes carry a valid signature of the task key`,
    `  outcomes     ${report.outcomes.attested} attested by the host's own signature, ${report.outcomes.unattested} not signed by a host,`,
    `               ${report.outcomes.probedFromOutside} probed from outside`,
  ];
  if (report.entries > report.signedSize) {
    lines.push(`  not signed   ${report.entries - report.signedSize} events are newer than the last checkpoint`);
  }
  if (report.problems.length > 0) lines.push('', 'What is wrong:');
  for (const problem of report.problems.slice(0, SHOWN)) {
    const range = problem.upTo !== undefined && problem.upTo !== problem.position ? `–${problem.upTo}` : '';
    const where = problem.position === null ? 'beside the log' : `position ${problem.position}${range}`;
    lines.push(`  ${where}: ${problem.what}`);
  }
  if (report.problems.length > SHOWN) lines.push(`  and ${report.problems.length - SHOWN} more`);
  // What is wrong may be quoted from an export that a stranger made.
  return lines.map(harmlessText).join('\n');
}

export function describeExtract(report: ExtractReport): string {
  const lines = [
    report.ok ? 'Every entry of the extract is in the signed ledger.' : 'The extract is WRONG.',
    '',
    `  source       ${report.source}`,
    `  log          ${report.origin}`,
    `  about        ${report.about}`,
    `  entries      ${report.entries}, each proven in the tree of ${report.signedSize} events`,
  ];
  if (report.problems.length > 0) lines.push('', 'What is wrong:');
  for (const { position, what } of report.problems.slice(0, SHOWN)) {
    lines.push(`  ${position === null ? 'beside the entries' : `position ${position}`}: ${what}`);
  }
  return lines.map(harmlessText).join('\n');
}

function at(position: number | null): string {
  return position === null ? '' : ` from position ${position} on`;
}

function witnessed({ cosignatures, witnessedSize }: Report): string {
  if (cosignatures.quorum === null) {
    return `${cosignatures.valid} valid cosignatures; their keys are the ledger's own word, give a signed witness list to count them`;
  }
  return `${witnessedSize} by a quorum of ${cosignatures.quorum} (${cosignatures.fromListedWitnesses} listed witnesses cosigned)`;
}
