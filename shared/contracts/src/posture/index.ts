// Posture: what is wrong on servers, with evidence, and what of it is accepted until when.
import { z } from 'zod';
import { command, query } from '../define.ts';
import { accepted, pageSize, reason, sha256, target, timestamp, uuid } from '../values.ts';
import {
  ApproveItems,
  ExportInventory,
  GetBaseline,
  ListHostChanges,
  ListInventory,
  WithdrawApproval,
} from './inventory-actions.ts';
import { DecideIntake, GetIntake } from './intake.ts';
import { serverRef } from './inventory.ts';
import { outsideView } from './outside.ts';
import { area, checkId, checkState, evidence, scoreFormula, severity, subject } from './values.ts';

export * from './events.ts';
export * from './inventory-actions.ts';
export * from './inventory.ts';
export * from './intake.ts';
export * from './outside.ts';
export * from './tasks.ts';
export * from './values.ts';

/** A waiver ends after at most a year. */
export const LONGEST_WAIVER_DAYS = 366;
/** Its owner is told so long before. */
export const WAIVER_WARNING_DAYS = 3;

/** A past moment: the answer is what was so then. Absent: now. */
const asOf = timestamp.optional();

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
  input: z.strictObject({
    groupId: uuid.optional(),
    at: asOf,
    after: z.string().max(80).optional(),
    limit: pageSize,
  }),
  output: z.strictObject({
    /** The moment it was so: now, or the one that was asked for. */
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

export const trendPoint = z.strictObject({
  at: timestamp,
  /** Mean over the servers that were judged by then; null when none was. */
  score: z.number().nullable(),
  judged: z.int().nonnegative(),
  critical: z.int().nonnegative(),
  high: z.int().nonnegative(),
});
export type TrendPoint = z.infer<typeof trendPoint>;

export const GetTrend = query('posture.GetTrend', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'contractor'],
  sentence: 'Read the mean score and what was open, day by day',
  input: z.strictObject({
    groupId: uuid.optional(),
    serverId: uuid.optional(),
    days: z.coerce.number().int().min(1).max(400).default(30),
  }),
  output: z.strictObject({ points: z.array(trendPoint) }),
});

export const changeGroup = checkSummary.extend({
  servers: z.int().nonnegative(),
  findings: z.int().nonnegative(),
  /** When the last of them opened, or closed. */
  latest: timestamp,
  names: z.array(z.string()).max(5),
});
export type ChangeGroup = z.infer<typeof changeGroup>;

export const ListChanges = query('posture.ListChanges', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'contractor'],
  sentence: 'List what opened and what closed since a moment, grouped by check, worst first',
  input: z.strictObject({ groupId: uuid.optional(), serverId: uuid.optional(), since: timestamp }),
  output: z.strictObject({
    since: timestamp,
    worse: z.int().nonnegative(),
    better: z.int().nonnegative(),
    opened: z.array(changeGroup),
    closed: z.array(changeGroup),
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
  /** Who has taken it upon himself. */
  owner: z.string().nullable(),
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
  input: z.strictObject({ groupId: uuid.optional(), at: asOf }),
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
  input: z.strictObject({ checkId, at: asOf, after: z.string().max(80).optional(), limit: pageSize }),
  output: z.strictObject({ check: checkView, findings: z.array(findingView), next: z.string().nullable() }),
});

/** The last time that this server was asked to scan itself at once. */
export const scanProgress = z.strictObject({
  operationId: uuid,
  taskId: uuid,
  /** asked: on its way to the server, or waiting for it. scanning: its agent has it. answered: all of it is here. */
  state: z.enum(['asked', 'scanning', 'answered', 'failed']),
  askedAt: timestamp,
  finishedAt: timestamp.nullable(),
  /** Reports that came since, of those that were asked for. */
  reports: z.int().nonnegative(),
  of: z.int().nonnegative(),
  /** Why there was no answer. */
  error: z.string().nullable(),
});
export type ScanProgress = z.infer<typeof scanProgress>;

export const GetServerPosture = query('posture.GetServerPosture', {
  risk: 'low',
  on: ['server', 'serverId'],
  roles: ['operator', 'security', 'contractor'],
  sentence: 'Read every check’s answer for one server, with evidence and what could not be read',
  input: z.strictObject({ serverId: uuid, at: asOf }),
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
    /** null: nobody has looked from outside yet, or a past moment was asked for. */
    outside: outsideView.nullable(),
    /** null: it was never asked, or the question is about the past. */
    scan: scanProgress.nullable(),
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
    score: scoreFormula,
  }),
});

export const GetPolicy = query('posture.GetPolicy', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'contractor'],
  sentence: 'Read which version of dates, limits and ports judges, and how many servers have been judged by it',
  input: z.strictObject({}),
  output: z.strictObject({
    version: z.int().positive(),
    source: z.enum(['built-in', 'pack']),
    /** Of the pack's signed bytes; null for what is built in. */
    sha256: sha256.nullable(),
    validFrom: timestamp.nullable(),
    importedAt: timestamp.nullable(),
    /** Version of the checks, which come with the software. */
    catalogue: z.int().positive(),
    /** Judged servers, and those of them that were judged by this policy and these checks. */
    servers: z.int().nonnegative(),
    judged: z.int().nonnegative(),
    /** A pack that was taken in and judges from a day to come. */
    next: z.strictObject({ version: z.int().positive(), validFrom: timestamp }).nullable(),
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

export const ReviewFindings = query('posture.ReviewFindings', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'contractor'],
  sentence: 'Read every open and accepted finding with its evidence, area by area, worst first',
  input: z.strictObject({ groupId: uuid.optional(), after: z.string().max(120).optional(), limit: pageSize }),
  output: z.strictObject({
    findings: z.array(findingView.extend({ check: checkSummary })),
    next: z.string().nullable(),
  }),
});

export const ExportFindings = query('posture.ExportFindings', {
  risk: 'medium',
  on: 'visible',
  roles: ['operator', 'security'],
  sensitive: true,
  sentence: 'Export every open and accepted finding with its evidence, area by area, as CSV or as lines of JSON',
  input: z.strictObject({ groupId: uuid.optional(), format: z.enum(['csv', 'json']).default('csv') }),
  output: z.unknown(),
});

/** One line of a finding's life. */
const findingMoment = z.discriminatedUnion('what', [
  z.strictObject({ what: z.literal('opened'), at: timestamp, evidence }),
  z.strictObject({ what: z.literal('changed'), at: timestamp, evidence }),
  z.strictObject({ what: z.literal('accepted'), at: timestamp, until: timestamp, reason: z.string() }),
  z.strictObject({ what: z.literal('open-again'), at: timestamp }),
  z.strictObject({ what: z.literal('closed'), at: timestamp }),
  z.strictObject({ what: z.literal('taken'), at: timestamp, by: z.string(), taken: z.boolean() }),
  z.strictObject({ what: z.literal('comment'), at: timestamp, by: z.string(), comment: z.string() }),
]);
export type FindingMoment = z.infer<typeof findingMoment>;

export const GetFinding = query('posture.GetFinding', {
  risk: 'low',
  on: ['server', 'serverId'],
  roles: ['operator', 'security', 'contractor'],
  sentence: 'Read the life of one finding: when it opened, changed, was accepted and closed, who has it, what was said',
  input: z.strictObject({ serverId: uuid, findingId: uuid }),
  output: z.strictObject({
    check: checkView,
    server: serverRef,
    subject: subject.nullable(),
    severity,
    /** It is there now, accepted or not. */
    open: z.boolean(),
    owner: z.string().nullable(),
    /** The caller has it. */
    mine: z.boolean(),
    /** Newest first. */
    moments: z.array(findingMoment),
    scan: scanProgress.nullable(),
  }),
});
export const TakeFinding = command('posture.TakeFinding', {
  risk: 'low',
  on: ['server', 'serverId'],
  roles: ['operator', 'security'],
  sentence: 'Take an open finding upon yourself, or let it go',
  input: z.strictObject({ serverId: uuid, findingId: uuid, take: z.boolean().default(true) }),
  output: accepted,
});
export const CommentOnFinding = command('posture.CommentOnFinding', {
  risk: 'low',
  on: ['server', 'serverId'],
  roles: ['operator', 'security'],
  sentence: 'Write something down about a finding, for whoever looks at it next',
  input: z.strictObject({ serverId: uuid, findingId: uuid, comment: reason }),
  output: accepted,
});

export const ScanServers = command('posture.ScanServers', {
  risk: 'low',
  on: ['target', 'target'],
  roles: ['operator', 'security'],
  sentence: 'Have a server, a group or the fleet read itself now, all of it or what one check needs',
  input: z.strictObject({ target, checkId: checkId.optional() }),
  output: accepted.extend({
    operationId: uuid,
    servers: z.int().nonnegative(),
    /** Servers that were not asked: their agents run without a root helper, which takes tasks. */
    skipped: z.int().nonnegative(),
  }),
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
  GetTrend,
  ListChanges,
  ListFindingGroups,
  GetFindings,
  GetServerPosture,
  ListChecks,
  ListWaivers,
  ReviewFindings,
  ExportFindings,
  ListInventory,
  ExportInventory,
  ListHostChanges,
  GetBaseline,
  GetFinding,
  GetPolicy,
  GetIntake,
] as const;
export const postureCommands = [
  AcceptRisk,
  ApproveWaiver,
  EndWaiver,
  ApproveItems,
  WithdrawApproval,
  TakeFinding,
  CommentOnFinding,
  ScanServers,
  DecideIntake,
] as const;
