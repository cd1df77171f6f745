// Posture: what is wrong on servers, with evidence, and what of it is accepted until when.
import { z } from 'zod';
import { query } from '../define.ts';
import { pageSize, timestamp, uuid } from '../values.ts';
import { checkSummary, checkView, GetPolicy, ListChecks } from './checks.ts';
import { AttestDuty, ListDuties } from './duties.ts';
import { CommentOnFinding, GetFinding, TakeFinding } from './finding.ts';
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
import { scanProgress, ScanServers } from './scans.ts';
import { area, checkId, checkState, evidence, severity, subject } from './values.ts';
import { AcceptRisk, ApproveWaiver, EndWaiver, ListWaivers } from './waivers.ts';

export * from './checks.ts';
export * from './duties.ts';
export * from './events.ts';
export * from './finding.ts';
export * from './inventory-actions.ts';
export * from './inventory.ts';
export * from './intake.ts';
export * from './outside.ts';
export * from './scans.ts';
export * from './tasks.ts';
export * from './values.ts';
export * from './waivers.ts';

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

export const GetFindings = query('posture.GetFindings', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'contractor'],
  sentence: 'Read one check’s findings on every server, or those of a group, with their evidence, oldest first',
  input: z.strictObject({
    checkId,
    groupId: uuid.optional(),
    at: asOf,
    after: z.string().max(80).optional(),
    limit: pageSize,
  }),
  output: z.strictObject({ check: checkView, findings: z.array(findingView), next: z.string().nullable() }),
});

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
  ListDuties,
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
  AttestDuty,
] as const;
