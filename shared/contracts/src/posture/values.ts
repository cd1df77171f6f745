// The words of posture: areas, severities, states, and what a server reports.
import { z } from 'zod';
import { hostJson, hostText, sha256, target, timestamp, uuid } from '../values.ts';

export const AREAS = [
  'ssh',
  'keys',
  'accounts',
  'firewall',
  'fail2ban',
  'updates',
  'files',
  'persistence',
  'kernel',
  'logs',
  'time',
  'web',
  'waf',
  'php',
  'wordpress',
  'databases',
  'mail',
  'dns',
  'docker',
  'resources',
  'panel',
  'agent',
] as const;
export const area = z.enum(AREAS);
export type Area = z.infer<typeof area>;

/** Worst first. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;
export const severity = z.enum(SEVERITIES);
export type Severity = z.infer<typeof severity>;

/** What a check says of a server. `waived` is no state of a check but of its finding. */
/** What an open finding takes of 100, and the most that one area takes. */
export const scoreFormula = z.strictObject({ weights: z.record(severity, z.number()), mostPerArea: z.number() });

export const checkState = z.enum(['pass', 'fail', 'unknown', 'not-applicable', 'error']);
export type CheckState = z.infer<typeof checkState>;

export const checkId = z.string().regex(/^[A-Z0-9]{2,4}-\d{3}$/, 'is not the id of a check, like SSH-001');
export const subject = hostText(200);

/** What a waiver is about: servers, or one client's sites wherever they are and servers of its own. */
export const waiverTarget = z.discriminatedUnion('kind', [
  ...target.options,
  z.strictObject({ kind: z.literal('client'), clientId: uuid }),
]);
export type WaiverTarget = z.infer<typeof waiverTarget>;

/** Servers that one request may have scanned: they all work at once. */
export const MOST_SCANNED = 500;

/** Parsed fields, never a file or a line of one. */
export const evidence = z.record(z.string().max(60), z.union([hostText(600), z.number(), z.boolean()]));
export type Evidence = z.infer<typeof evidence>;

export const probeName = z.string().regex(/^[a-z][a-z0-9-]{1,39}$/, 'is not the name of a probe');

/**
 * One probe's report. Which fields a reading has is the probe's own word: a control plane that does not know a probe yet
 * keeps its report and judges nothing by it.
 */
export const probeReport = z.strictObject({
  probe: probeName,
  at: timestamp,
  durationMs: z.int().nonnegative(),
  /** Of the reading and what was unreadable, canonical. */
  sha256,
  /** null: the probe itself failed, `error` says how. */
  reading: hostJson().nullable(),
  error: hostText(300).nullable(),
  /** What of it could not be read, and why. */
  unreadable: z.array(z.strictObject({ what: hostText(80), why: hostText(200) })).max(60),
});
export type ProbeReport = z.infer<typeof probeReport>;
