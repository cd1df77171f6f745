// Findings and waivers. What a server reports is telemetry; that a finding opened, changed or closed is history.
import { z } from 'zod';
import { signed } from '../agent/envelope.ts';
import { event } from '../define.ts';
import { hostText, reason, sealedText, sha256, target, timestamp, uuid } from '../values.ts';
import { duty, dutyDay } from './duties.ts';
import { approvedKind, inventoryItem } from './inventory.ts';
import { scannedProbes } from './tasks.ts';
import { area, checkId, evidence, MOST_SCANNED, severity, subject, waiverTarget } from './values.ts';

const findingId = '0190b5e2-7a10-7000-8000-00000000f001';
const waiverId = '0190b5e2-7a10-7000-8000-00000000f002';
const serverId = '0190b5e2-7a10-7000-8000-00000000b001';
const hash = '0'.repeat(64);
const at = '2026-11-20T02:47:03Z';

/** `policy` is the version of dates and limits that it was judged by. */
const judgedBy = { policy: z.int().positive(), observedAt: timestamp };

export const FindingOpened = event('posture.FindingOpened', {
  class: 'fact',
  sentence: 'A check found something wrong on a server',
  schema: z.strictObject({
    findingId: uuid,
    serverId: uuid,
    checkId,
    subject: subject.nullable(),
    area,
    severity,
    evidence,
    evidenceHash: sha256,
    /** It was there when the server was taken on. */
    intake: z.literal(true).optional(),
    ...judgedBy,
  }),
  example: {
    findingId,
    serverId,
    checkId: 'SSH-001',
    subject: null,
    area: 'ssh',
    severity: 'critical',
    evidence: { permitrootlogin: 'yes', passwordauthentication: true },
    evidenceHash: hash,
    policy: 1,
    observedAt: at,
  },
});
export const FindingChanged = event('posture.FindingChanged', {
  class: 'fact',
  sentence: 'What a check measured of an open finding is not what it was',
  schema: z.strictObject({
    findingId: uuid,
    serverId: uuid,
    checkId,
    severity,
    evidence,
    evidenceHash: sha256,
    ...judgedBy,
  }),
  example: {
    findingId,
    serverId,
    checkId: 'UPD-001',
    severity: 'high',
    evidence: { packages: 'openssl 3.0.17-1~deb12u4', count: 1 },
    evidenceHash: hash,
    policy: 1,
    observedAt: at,
  },
});
export const FindingClosed = event('posture.FindingClosed', {
  class: 'fact',
  sentence: 'A check no longer finds what it had found',
  schema: z.strictObject({
    findingId: uuid,
    serverId: uuid,
    checkId,
    /**
     * passed: measured as it should be. not-applicable: what it was about is gone. approved: it is there, and somebody
     * answers for it until a review.
     */
    why: z.enum(['passed', 'not-applicable', 'approved']),
    approval: z
      .strictObject({
        kind: approvedKind,
        items: z.array(inventoryItem).min(1).max(100),
        owner: uuid,
        approvedAt: timestamp,
        reviewAt: timestamp,
      })
      .optional(),
    ...judgedBy,
  }),
  example: { findingId, serverId, checkId: 'SSH-001', why: 'passed', policy: 1, observedAt: at },
});

const uncovered = z.strictObject({
  checkId,
  state: z.enum(['unknown', 'not-applicable', 'error']),
  why: z.string().max(300),
});
export const CoverageChanged = event('posture.CoverageChanged', {
  class: 'fact',
  sentence: 'Which checks of a server cannot be answered, or do not apply, is not what it was',
  schema: z.strictObject({
    serverId: uuid,
    /** Every check that was asked, by area: what was not asked then is not "fine" in hindsight. Absent in old events. */
    asked: z.partialRecord(area, z.array(checkId).max(200)).optional(),
    uncovered: z.array(uncovered).max(500),
    ...judgedBy,
  }),
  example: {
    serverId,
    uncovered: [{ checkId: 'ACC-002', state: 'unknown', why: '/etc/shadow could not be read' }],
    policy: 1,
    observedAt: at,
  },
});

export const RiskAccepted = event('posture.RiskAccepted', {
  class: 'action',
  sentence: 'What a check finds was accepted until a date, or proposed to be',
  schema: z.strictObject({
    waiverId: uuid,
    checkId,
    target: waiverTarget,
    /** null: whatever the check finds there. */
    subject: subject.nullable(),
    owner: uuid,
    reason,
    until: timestamp,
    /** It counts only when a second person has agreed. */
    needsSecond: z.boolean(),
  }),
  example: {
    waiverId,
    checkId: 'FW-004',
    target: { kind: 'server', serverId },
    subject: 'port tcp/9200 on 0.0.0.0',
    owner: '0190b5e2-7a10-7000-8000-00000000a001',
    reason: 'Search migration, two addresses only',
    until: '2026-11-27T12:00:00Z',
    needsSecond: true,
  },
});
export const WaiverApproved = event('posture.WaiverApproved', {
  class: 'action',
  sentence: 'A second person agreed to accept a critical finding',
  schema: z.strictObject({ waiverId: uuid }),
  example: { waiverId },
});
export const WaiverReachChanged = event('posture.WaiverReachChanged', {
  class: 'fact',
  sentence: 'A waiver of a client covers other findings than before',
  schema: z.strictObject({
    waiverId: uuid,
    /** Open findings that are the client’s now, and were not, or were not open. */
    reached: z.array(uuid).max(1000),
    /** Those that are closed, or not the client’s any more. */
    left: z.array(uuid).max(1000),
  }),
  example: { waiverId, reached: [findingId], left: [] },
});
export const WaiverEndingSoon = event('posture.WaiverEndingSoon', {
  class: 'fact',
  sentence: 'A waiver ends within three days',
  schema: z.strictObject({ waiverId: uuid, until: timestamp }),
  example: { waiverId, until: at },
});
export const WaiverEnded = event('posture.WaiverEnded', {
  class: 'fact',
  sentence: 'A waiver ended; what it covered is open again',
  schema: z.strictObject({
    waiverId: uuid,
    why: z.enum(['expired', 'ended-by-person', 'not-approved']),
    reason: reason.nullable(),
  }),
  example: { waiverId, why: 'expired', reason: null },
});

export const HostChanged = event('posture.HostChanged', {
  class: 'fact',
  sentence: 'Keys, ports, administrators, units, cron or modules of a server are not what they were',
  schema: z.strictObject({
    serverId: uuid,
    kind: approvedKind,
    appeared: z.array(inventoryItem).max(500),
    gone: z.array(inventoryItem).max(500),
    /** The operation of ours whose task may change just these items; null: nobody of ours did it. */
    operationId: uuid.nullable(),
    observedAt: timestamp,
  }),
  example: {
    serverId,
    kind: 'keys',
    appeared: ['deploy SHA256:7Xq9vY0p2mB1kQe8rT4sW6uZ3aC5dF7gH9jK1lN3oP5'],
    gone: [],
    operationId: null,
    observedAt: at,
  },
});
export const ItemsApproved = event('posture.ItemsApproved', {
  class: 'action',
  sentence:
    'Somebody answers for what a server has: keys, ports, administrators, units, cron or modules, until a review',
  schema: z.strictObject({
    serverId: uuid,
    kind: approvedKind,
    items: z.array(inventoryItem).min(1).max(2000),
    /** Of ports: the program that listened there then. Nobody answers for another one. */
    programs: z.record(z.string().max(300), hostText(64)).optional(),
    owner: uuid,
    reason,
    reviewAt: timestamp,
  }),
  example: {
    serverId,
    kind: 'ports',
    items: ['tcp/443 on 0.0.0.0'],
    owner: '0190b5e2-7a10-7000-8000-00000000a001',
    reason: 'Web server of all sites',
    reviewAt: '2027-05-20T00:00:00Z',
  },
});
export const ApprovalWithdrawn = event('posture.ApprovalWithdrawn', {
  class: 'action',
  sentence: 'Nobody answers any more for something that a server has',
  schema: z.strictObject({
    serverId: uuid,
    kind: approvedKind,
    items: z.array(inventoryItem).min(1).max(2000),
    reason,
  }),
  example: { serverId, kind: 'ports', items: ['tcp/8443 on 0.0.0.0'], reason: 'The panel has moved' },
});

export const FindingTaken = event('posture.FindingTaken', {
  class: 'action',
  sentence: 'Somebody took an open finding upon himself, or let it go',
  /** null: nobody has it now. */
  schema: z.strictObject({ findingId: uuid, serverId: uuid, owner: uuid.nullable() }),
  example: { findingId, serverId, owner: '0190b5e2-7a10-7000-8000-00000000a001' },
});
export const FindingCommented = event('posture.FindingCommented', {
  class: 'action',
  sentence: 'Somebody wrote something down about a finding',
  schema: z.strictObject({ findingId: uuid, serverId: uuid, comment: reason }),
  example: { findingId, serverId, comment: 'The vendor has a ticket, answer on Monday' },
});

export const PolicyImported = event('posture.PolicyImported', {
  class: 'action',
  sentence: 'A signed policy pack was taken in: other dates, limits or approved ports judge from its day on',
  schema: z.strictObject({
    version: z.int().positive(),
    /** Of the signed bytes. */
    sha256,
    validFrom: timestamp,
    /** Whole, so that anybody can check what was signed. */
    pack: signed,
  }),
  example: {
    version: 12,
    sha256: hash,
    validFrom: at,
    pack: { body: 'e30=', signature: `${'A'.repeat(86)}==`, keyId: '0123456789abcdef' },
  },
});
export const IntakeDecided = event('posture.IntakeDecided', {
  class: 'action',
  sentence: 'What first scans found with one check was decided upon: accepted, given to somebody, or left open',
  schema: z.strictObject({
    decisionId: uuid,
    checkId,
    target,
    /** Servers of the target when it was decided; null: all there were. */
    serverIds: z.array(uuid).min(1).max(10_000).nullable(),
    decision: z.enum(['accepted', 'assigned', 'opened']),
    /** Who mends it until when, for what was assigned. */
    owner: uuid.nullable(),
    dueAt: timestamp.nullable(),
    /** What accepts it, for what was accepted. */
    waiverId: uuid.nullable(),
    reason,
  }),
  example: {
    decisionId: '0190b5e2-7a10-7000-8000-00000000f005',
    checkId: 'SSH-002',
    target: { kind: 'fleet' },
    serverIds: null,
    decision: 'assigned',
    owner: '0190b5e2-7a10-7000-8000-00000000a001',
    dueAt: '2026-12-20T00:00:00Z',
    waiverId: null,
    reason: 'Keys are rolled out until then',
  },
});
export const ScanRequested = event('posture.ScanRequested', {
  class: 'action',
  sentence: 'Servers were asked to read themselves now, and not at each probe’s turn',
  schema: z.strictObject({
    operationId: uuid,
    target,
    /** Absent: all checks. */
    checkId: checkId.optional(),
    probes: scannedProbes,
    serverIds: z.array(uuid).min(1).max(MOST_SCANNED),
  }),
  example: {
    operationId: '0190b5e2-7a10-7000-8000-00000000f003',
    target: { kind: 'server', serverId },
    checkId: 'SSH-001',
    probes: ['sshd'],
    serverIds: [serverId],
  },
});

export const DutyAttested = event('posture.DutyAttested', {
  class: 'action',
  sentence: 'Somebody attested by name and second factor that a duty was done which no program can look after',
  schema: z.strictObject({
    duty,
    target,
    doneOn: dutyDay,
    /** As it was typed; it is the attesting person's own. */
    name: sealedText,
    note: reason,
  }),
  example: {
    duty: 'break-glass-drill',
    target: { kind: 'fleet' },
    doneOn: '2026-11-19',
    name: 'sealed:1:0190b5e2-7a10-7000-8000-00000000a001:AAAA',
    note: 'Console and offline key of one server in each data centre',
  },
});

export const postureEvents = [
  FindingOpened,
  FindingChanged,
  FindingClosed,
  CoverageChanged,
  RiskAccepted,
  WaiverApproved,
  WaiverReachChanged,
  WaiverEndingSoon,
  WaiverEnded,
  HostChanged,
  ItemsApproved,
  ApprovalWithdrawn,
  FindingTaken,
  FindingCommented,
  ScanRequested,
  PolicyImported,
  IntakeDecided,
  DutyAttested,
] as const;
