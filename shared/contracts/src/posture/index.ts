// Posture: what is wrong on servers, with evidence, and what of it is accepted until when.
import { z } from 'zod';
import { command, query } from '../define.ts';
import { accepted, pageSize, reason, target, timestamp, uuid } from '../values.ts';
import { area, checkId, checkState, evidence, severity, subject } from './values.ts';

export * from './events.ts';
export * from './values.ts';

/** A waiver ends after at most a year. */
export const LONGEST_WAIVER_DAYS = 366;
/** Its owner is told so long before. */
export const WAIVER_WARNING_DAYS = 3;

const serverRef = z.strictObject({ serverId: uuid, name: z.string(), simulated: z.boolean() });
const counts = z.strictObject({
  critical: z.int().nonnegative(),
  high: z.int().nonnegative(),
  medium: z.int().nonnegative(),
  low: z.int().nonnegative(),
  accepted: z.int().nonnegative(),
  unknown: z.int().nonnegative(),
});
export type PostureCounts = z.infer<typeof counts>;

const checkSummary = z.strictObject({ checkId, title: z.string(), area, severity });

/** One area of one server. The worst comes first: open, then not known, then accepted, then fine. */
export const areaCell = z.strictObject({
  state: z.enum(['open', 'unknown', 'accepted', 'fine', 'not-applicable']),
  severity: severity.nullable(),
  /** Of that state, and of that severity where there is one. */
  count: z.int().nonnegative(),
});
export type AreaCell = z.infer<typeof areaCell>;

export const postureRow = z.strictObject({
  server: serverRef,
  /** null: never judged. */
  score: z.number().min(0).max(100).nullable(),
  /** Against seven days ago; null when it was not judged then. */
  change: z.number().nullable(),
  counts,
  areas: z.record(area, areaCell),
  judgedAt: timestamp.nullable(),
});
export type PostureRow = z.infer<typeof postureRow>;

export const GetPosture = query('posture.GetPosture', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'contractor'],
  sentence: 'Read the posture of the fleet or of a group: scores and findings by server and area, worst first',
  input: z.strictObject({ groupId: uuid.optional(), after: z.string().max(80).optional(), limit: pageSize }),
  output: z.strictObject({
    at: timestamp,
    /** Mean over judged servers; null when none is. */
    score: z.number().nullable(),
    change: z.number().nullable(),
    counts,
    servers: z.int().nonnegative(),
    judged: z.int().nonnegative(),
    /** Judged, and nothing open, accepted or not known. */
    clean: z.int().nonnegative(),
    worse: z.int().nonnegative(),
    rows: z.array(postureRow),
    next: z.string().nullable(),
  }),
});

export const findingView = z.strictObject({
  findingId: uuid,
  server: serverRef,
  subject: subject.nullable(),
  severity,
  evidence,
  openedAt: timestamp,
  changedAt: timestamp,
  observedAt: timestamp,
  openedPosition: z.int().nonnegative(),
  waiver: z.strictObject({ waiverId: uuid, until: timestamp, reason: z.string() }).nullable(),
});
export type FindingView = z.infer<typeof findingView>;

export const findingGroup = checkSummary.extend({
  servers: z.int().nonnegative(),
  findings: z.int().nonnegative(),
  accepted: z.int().nonnegative(),
  since: timestamp,
  /** Some of the servers, by name. */
  names: z.array(z.string()).max(5),
});
export type FindingGroup = z.infer<typeof findingGroup>;

export const ListFindingGroups = query('posture.ListFindingGroups', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'contractor'],
  sentence: 'List findings that are open or accepted, grouped by check, worst first',
  input: z.strictObject({ groupId: uuid.optional() }),
  output: z.strictObject({ groups: z.array(findingGroup) }),
});

export const checkView = checkSummary.extend({
  measured: z.string(),
  expected: z.string(),
  why: z.string(),
  /** Evidence fields with the words for their columns. */
  evidence: z.record(z.string(), z.string()),
  fix: z.string(),
  undo: z.string(),
  risk: z.enum(['none', 'low', 'service', 'lockout']),
  maps: z.array(z.string()),
  /** Probes it reads. */
  probes: z.array(z.string()),
});
export type CheckView = z.infer<typeof checkView>;

export const GetFindings = query('posture.GetFindings', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'contractor'],
  sentence: 'Read one check’s findings on every server with their evidence, oldest first',
  input: z.strictObject({ checkId, after: z.string().max(80).optional(), limit: pageSize }),
  output: z.strictObject({ check: checkView, findings: z.array(findingView), next: z.string().nullable() }),
});

export const GetServerPosture = query('posture.GetServerPosture', {
  risk: 'low',
  on: ['server', 'serverId'],
  roles: ['operator', 'security', 'contractor'],
  sentence: 'Read every check’s answer for one server, with evidence and what could not be read',
  input: z.strictObject({ serverId: uuid }),
  output: z.strictObject({
    server: serverRef,
    score: z.number().nullable(),
    counts,
    judgedAt: timestamp.nullable(),
    policy: z.int().nonnegative(),
    checks: z.array(
      checkSummary.extend({
        state: checkState,
        why: z.string().nullable(),
        findings: z.array(findingView),
      }),
    ),
    reports: z.array(
      z.strictObject({
        probe: z.string(),
        at: timestamp,
        durationMs: z.int().nonnegative(),
        error: z.string().nullable(),
        unreadable: z.array(z.strictObject({ what: z.string(), why: z.string() })),
      }),
    ),
  }),
});

export const ListChecks = query('posture.ListChecks', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'contractor'],
  sentence: 'List every check with how it is measured, why it matters and what mends it, and how the score is made',
  input: z.strictObject({}),
  output: z.strictObject({
    policy: z.int().positive(),
    checks: z.array(checkView),
    score: z.strictObject({ weights: z.record(severity, z.number()), mostPerArea: z.number() }),
  }),
});

export const waiverView = z.strictObject({
  waiverId: uuid,
  check: checkSummary,
  target,
  targetName: z.string(),
  subject: subject.nullable(),
  owner: z.string(),
  reason: z.string(),
  /** asked: a second person has to agree first. */
  state: z.enum(['asked', 'standing', 'ended']),
  askedAt: timestamp,
  until: timestamp,
  approvedBy: z.string().nullable(),
  endedAt: timestamp.nullable(),
  endedWhy: z.enum(['expired', 'ended-by-person', 'not-approved']).nullable(),
  /** Findings that it covers now. */
  covers: z.int().nonnegative(),
  /** The caller may be its second person. */
  mayApprove: z.boolean(),
});
export type WaiverView = z.infer<typeof waiverView>;

export const ListWaivers = query('posture.ListWaivers', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'contractor'],
  sentence: 'List waivers: what was accepted, by whom, until when',
  input: z.strictObject({ ended: z.stringbool().default(false) }),
  output: z.strictObject({ waivers: z.array(waiverView) }),
});

export const ExportFindings = query('posture.ExportFindings', {
  risk: 'medium',
  on: 'visible',
  roles: ['operator', 'security'],
  sensitive: true,
  sentence: 'Export every open and accepted finding with its evidence, as CSV or as lines of JSON',
  input: z.strictObject({ format: z.enum(['csv', 'json']).default('csv') }),
  output: z.unknown(),
});

export const AcceptRisk = command('posture.AcceptRisk', {
  risk: 'high',
  on: ['target', 'target'],
  roles: ['operator', 'security'],
  sentence: 'Accept what a check finds on a server, a group or the fleet until a date',
  input: z.strictObject({
    checkId,
    target,
    subject: subject.nullable().default(null),
    reason,
    until: timestamp,
  }),
  output: accepted.extend({ waiverId: uuid, needsSecond: z.boolean() }),
});
export const ApproveWaiver = command('posture.ApproveWaiver', {
  risk: 'high',
  on: ['waiver', 'waiverId'],
  roles: ['operator', 'security'],
  sentence: 'Agree, as the second person, to a waiver of a critical finding',
  input: z.strictObject({ waiverId: uuid }),
  output: accepted,
});
export const EndWaiver = command('posture.EndWaiver', {
  risk: 'medium',
  on: ['waiver', 'waiverId'],
  roles: ['operator', 'security'],
  sentence: 'End a waiver before its time, so that what it covered is open again',
  input: z.strictObject({ waiverId: uuid, reason }),
  output: accepted,
});

export const postureQueries = [
  GetPosture,
  ListFindingGroups,
  GetFindings,
  GetServerPosture,
  ListChecks,
  ListWaivers,
  ExportFindings,
] as const;
export const postureCommands = [AcceptRisk, ApproveWaiver, EndWaiver] as const;
