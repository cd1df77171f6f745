// How areas, severities and scores are called on the posture pages.
import {
  SEVERITIES,
  type Area,
  type AreaCell,
  type Evidence,
  type OutsideView,
  type PostureCounts,
  type Severity,
} from '@muster/contracts/posture';
import { count } from '../../platform/quantities.ts';
import type { GlyphName } from '../../ui/glyphs/shapes.ts';

export const AREA_WORDS: Readonly<Record<Area, string>> = {
  ssh: 'SSH',
  keys: 'Keys',
  accounts: 'Accounts',
  firewall: 'Firewall',
  fail2ban: 'fail2ban',
  updates: 'Updates',
  files: 'Files',
  persistence: 'Persistence',
  kernel: 'Kernel',
  logs: 'Logs',
  time: 'Time',
  web: 'Web',
  waf: 'WAF',
  php: 'PHP',
  wordpress: 'WordPress',
  databases: 'Databases',
  mail: 'Mail',
  dns: 'DNS',
  docker: 'Docker',
  resources: 'Resources',
  panel: 'Panel',
  agent: 'Agent',
};

export const LETTERS: Readonly<Record<Severity, string>> = { critical: 'C', high: 'H', medium: 'M', low: 'L' };

export const SEVERITY_WORDS: Readonly<Record<Severity, string>> = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
};

export const SEVERITY_GLYPHS: Readonly<Record<Severity, GlyphName>> = {
  critical: 'critical',
  high: 'warn',
  medium: 'warn',
  low: 'wait',
};

/** "3 critical, 21 high": what is open, worst first; "nothing" when nothing is. */
export function openInWords(counts: PostureCounts): string {
  const words = SEVERITIES.filter((severity) => counts[severity] > 0).map(
    (severity) => `${count(counts[severity])} ${severity}`,
  );
  return words.length === 0 ? 'nothing' : words.join(', ');
}

export function cellInWords({ state, severity, count: number }: AreaCell): string {
  switch (state) {
    case 'open':
      return `${count(number)} ${severity ?? 'open'}`;
    case 'accepted':
      return `${count(number)} accepted`;
    case 'unknown':
      return `${count(number)} not known`;
    case 'fine':
      return 'fine';
    case 'not-applicable':
      return 'does not apply';
  }
}

/** "−2.1", "+4", "0": a proper minus, because a hyphen is read as a range. */
export function changeInWords(change: number): string {
  if (change === 0) return '0';
  return change < 0 ? `−${String(-change)}` : `+${String(change)}`;
}

/** "lastUsed" is "last used". */
const fieldInWords = (field: string): string =>
  field.replaceAll(/([a-z])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`);

/** "port 22 · probed no"; what is empty is left out. */
export const evidenceInWords = (fields: Evidence): string =>
  Object.entries(fields)
    .filter(([, value]) => value !== '')
    .map(([field, value]) => `${fieldInWords(field)} ${evidenceText(value)}`)
    .join(' · ');

/** "2 new: tcp/8080 on 0.0.0.0, …; 1 gone: …" */
export function changedInWords({ appeared, gone }: { appeared: readonly string[]; gone: readonly string[] }): string {
  const part = (items: readonly string[], word: string): readonly string[] =>
    items.length === 0
      ? []
      : [`${count(items.length)} ${word}: ${items.slice(0, 3).join(', ')}${items.length > 3 ? ', …' : ''}`];
  return [...part(appeared, 'new'), ...part(gone, 'gone')].join('; ');
}

export function evidenceText(value: string | number | boolean | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return String(value);
}

const SHORT: Readonly<Record<'none' | 'low' | 'service' | 'lockout', string>> = {
  none: 'nothing',
  low: 'little',
  service: 'can disturb a service',
  lockout: 'can lock you out',
};
export const riskInWords = (risk: keyof typeof SHORT): string => SHORT[risk];

type OutsidePort = OutsideView['ports'][number];

export const ANSWERED_WORDS: Readonly<Record<NonNullable<OutsidePort['answered']>, string>> = {
  open: 'answers',
  closed: 'closed',
  silent: 'does not answer',
};

interface VerdictWords {
  readonly glyph: GlyphName;
  readonly ink: 'critical' | 'unknown' | undefined;
  readonly words: string;
}

export const VERDICT_WORDS: Readonly<Record<OutsidePort['verdict'], VerdictWords>> = {
  reachable: { glyph: 'ok', ink: undefined, words: 'reachable' },
  filtered: { glyph: 'ok', ink: undefined, words: 'filtered on the way' },
  unexplained: { glyph: 'critical', ink: 'critical', words: 'the server does not know of it' },
  'not-compared': { glyph: 'unknown', ink: 'unknown', words: 'not compared' },
};

type Signature = OutsideView['signatures'][number];

export const SIGNATURE_WORDS: Readonly<Record<Signature['verdict'], VerdictWords>> = {
  same: { glyph: 'ok', ink: undefined, words: 'the same key' },
  other: { glyph: 'critical', ink: 'critical', words: 'another key' },
  missing: { glyph: 'critical', ink: 'critical', words: 'nobody can verify it' },
  revoked: { glyph: 'critical', ink: 'critical', words: 'nobody can verify it' },
  elsewhere: { glyph: 'ok', ink: undefined, words: 'site and mail are elsewhere' },
  'not-compared': { glyph: 'unknown', ink: 'unknown', words: 'not compared' },
};

/** "rsa 2048, 0a1b2c3d…": enough of the digest to see whether two keys are the same. */
export const keyInWords = ({ type, bits, sha256 }: NonNullable<Signature['signs']>): string =>
  sha256 === null ? 'revoked, or no key' : `${type} ${String(bits)}, ${sha256.slice(0, 8)}…`;
