// An operation and its tasks, one per server. Every state a task can be in is an event first.
import { z } from 'zod';
import { event } from '../define.ts';
import { base64, keyId, signature, timestamp, uuid, reason } from '../values.ts';

export const lane = z.enum(['guard', 'change', 'job']);

/** requested: wanted. waiting: its server is not connected. released: its turn. accepted: on the server's journal. */
export const taskState = z.enum([
  'requested',
  'waiting',
  'released',
  'accepted',
  'running',
  'succeeded',
  'failed',
  'expired',
  'cancelled',
  'unknown',
]);
export type TaskState = z.infer<typeof taskState>;
export const finalTaskStates: readonly TaskState[] = ['succeeded', 'failed', 'expired', 'cancelled'];

const operationId = '0190b5e2-7a10-7000-8000-00000000c001';
const taskId = '0190b5e2-7a10-7000-8000-00000000c002';
const serverId = '0190b5e2-7a10-7000-8000-00000000b001';
const sig = `${'A'.repeat(86)}==`;

/** A receipt or an envelope exactly as it was signed, so that anyone can check it later. */
const signedBytes = z.strictObject({ body: base64.max(2_500_000), signature, keyId });

export const OperationRequested = event('operations.OperationRequested', {
  class: 'action',
  sentence: 'An operation on one or many servers was asked for',
  schema: z.strictObject({
    operationId: uuid,
    /** What it is, e.g. `bans.block`; the page turns it into words. */
    kind: z.string().max(60),
    /** The thing it is about, e.g. an address. */
    subject: z.string().max(200),
    /** The event that caused it. */
    causedBy: uuid,
    servers: z.int().nonnegative(),
    expiresAt: timestamp,
  }),
  example: {
    operationId,
    kind: 'bans.block',
    subject: '203.0.113.77',
    causedBy: taskId,
    servers: 5,
    expiresAt: '2026-11-20T14:00:00Z',
  },
});
export const OperationCancelRequested = event('operations.OperationCancelRequested', {
  class: 'action',
  sentence: 'Somebody asked to cancel what has not finished',
  schema: z.strictObject({ operationId: uuid }),
  example: { operationId },
});
export const OperationFinished = event('operations.OperationFinished', {
  class: 'fact',
  sentence: 'Every task of an operation reached a final state, or its server was retired before it answered',
  schema: z.strictObject({
    operationId: uuid,
    succeeded: z.int().nonnegative(),
    failed: z.int().nonnegative(),
    expired: z.int().nonnegative(),
    cancelled: z.int().nonnegative(),
    unknown: z.int().positive().optional(),
  }),
  example: { operationId, succeeded: 5, failed: 0, expired: 0, cancelled: 0 },
});
export const TaskRequested = event('operations.TaskRequested', {
  class: 'fact',
  sentence: 'A task for one server was written down, before anything happened',
  schema: z.strictObject({
    taskId: uuid,
    operationId: uuid,
    serverId: uuid,
    lane,
    /** `<capability>.<verb>@<version>` */
    task: z.string().max(80),
    args: z.record(z.string(), z.json()),
    notBefore: timestamp,
    expiresAt: timestamp,
    attempt: z.int().positive(),
    /** The task that this one repeats. */
    retryOf: uuid.nullable(),
  }),
  example: {
    taskId,
    operationId,
    serverId,
    lane: 'guard',
    task: 'bans.apply@1',
    args: {},
    notBefore: '2026-11-20T02:00:00Z',
    expiresAt: '2026-11-20T14:00:00Z',
    attempt: 1,
    retryOf: null,
  },
});
export const TaskReleased = event('operations.TaskReleased', {
  class: 'fact',
  sentence: 'A task’s turn came: its server is connected and nothing is before it in its lane',
  schema: z.strictObject({ taskId: uuid, seq: z.int().positive() }),
  example: { taskId, seq: 1 },
});
export const TaskSigned = event('operations.TaskSigned', {
  class: 'fact',
  sentence: 'The signer checked a task and signed its envelope for one server',
  schema: z.strictObject({ taskId: uuid, envelope: signedBytes }),
  example: { taskId, envelope: { body: 'e30=', signature: sig, keyId: '0123456789abcdef' } },
});
export const TaskSigningRefused = event('operations.TaskSigningRefused', {
  class: 'refusal',
  sentence: 'The signer refused a task',
  schema: z.strictObject({ taskId: uuid, reason: z.string().max(300) }),
  example: { taskId, reason: 'More than 600 tasks a minute for bans.apply@1' },
});
export const TaskAccepted = event('operations.TaskAccepted', {
  class: 'fact',
  sentence: 'The server wrote a task to its journal',
  schema: z.strictObject({ taskId: uuid }),
  example: { taskId },
});
export const TaskStarted = event('operations.TaskStarted', {
  class: 'fact',
  sentence: 'The server began to carry a task out',
  schema: z.strictObject({ taskId: uuid }),
  example: { taskId },
});
export const TaskSucceeded = event('operations.TaskSucceeded', {
  class: 'fact',
  sentence: 'The server carried a task out, verified the effect and signed a receipt',
  schema: z.strictObject({ taskId: uuid, receipt: signedBytes }),
  example: { taskId, receipt: { body: 'e30=', signature: sig, keyId: '0123456789abcdef' } },
});
export const TaskFailed = event('operations.TaskFailed', {
  class: 'fact',
  sentence: 'A task failed or was refused; the reason is the server’s own',
  schema: z.strictObject({ taskId: uuid, error: z.string().max(500), receipt: signedBytes.nullable() }),
  example: { taskId, error: 'nft is not installed', receipt: null },
});
export const TaskExpired = event('operations.TaskExpired', {
  class: 'fact',
  sentence: 'A task’s time was over before its server took it',
  schema: z.strictObject({ taskId: uuid }),
  example: { taskId },
});
export const TaskCancelled = event('operations.TaskCancelled', {
  class: 'fact',
  sentence: 'A task was cancelled before it took effect',
  schema: z.strictObject({ taskId: uuid, receipt: signedBytes.nullable() }),
  example: { taskId, receipt: null },
});
export const TaskOutcomeUnknown = event('operations.TaskOutcomeUnknown', {
  class: 'fact',
  sentence: 'A server took a task and then went silent; it is asked again what it holds',
  schema: z.strictObject({ taskId: uuid }),
  example: { taskId },
});
export const TaskFoundDone = event('operations.TaskFoundDone', {
  class: 'fact',
  sentence: 'A server’s journal showed that it had carried a task out after the backup that was restored',
  schema: z.strictObject({ taskId: uuid, receipt: signedBytes }),
  example: { taskId, receipt: { body: 'e30=', signature: sig, keyId: '0123456789abcdef' } },
});
export const SequenceFloorRaised = event('operations.SequenceFloorRaised', {
  class: 'fact',
  sentence: 'A server had seen higher task numbers than the database gave; numbers go on above them',
  schema: z.strictObject({ serverId: uuid, lane, from: z.int().nonnegative(), to: z.int().positive() }),
  example: { serverId, lane: 'guard', from: 12, to: 19 },
});
export const DispatchHeld = event('operations.DispatchHeld', {
  class: 'action',
  sentence: 'Nothing is sent to servers until their journals were collected: the database was restored',
  schema: z.strictObject({
    holdId: uuid,
    reason: z.literal('restore'),
    epoch: z.int().min(2),
    backupTakenAt: timestamp,
    /** Entries of the ledger that the backup held. */
    size: z.int().nonnegative(),
  }),
  example: { holdId: operationId, reason: 'restore', epoch: 2, backupTakenAt: '2026-11-20T02:00:00Z', size: 18_204 },
});
export const JournalCollected = event('operations.JournalCollected', {
  class: 'fact',
  sentence: 'A server showed its journal and the ledger it had witnessed',
  schema: z.strictObject({
    holdId: uuid,
    serverId: uuid,
    /** False for an agent of an older release, which can only say its numbers. */
    journal: z.boolean(),
    /** What it had witnessed before; said by the server. */
    head: z.strictObject({ origin: z.string().max(120), size: z.int().nonnegative() }).nullable(),
    entries: z.int().nonnegative(),
    lost: z.int().nonnegative(),
    foundDone: z.int().nonnegative(),
  }),
  example: {
    holdId: operationId,
    serverId,
    journal: true,
    head: { origin: 'muster.example/muster/1', size: 18_311 },
    entries: 40,
    lost: 2,
    foundDone: 1,
  },
});
export const LostActionFound = event('operations.LostActionFound', {
  class: 'fact',
  sentence: 'A server’s journal names a task that the restored database does not know',
  schema: z.strictObject({
    holdId: uuid,
    serverId: uuid,
    taskId: uuid,
    state: z.enum(['received', 'started', 'done', 'over']),
    /** null when the server no longer keeps details. */
    about: z
      .strictObject({ task: z.string().max(80), lane, seq: z.int().positive(), actor: z.string().max(120) })
      .nullable(),
    at: timestamp,
    /** What the host attested: its own signed receipt. */
    receipt: signedBytes.nullable(),
  }),
  example: {
    holdId: operationId,
    serverId,
    taskId,
    state: 'done',
    about: { task: 'bans.apply@1', lane: 'guard', seq: 19, actor: 'person' },
    at: '2026-11-20T13:00:00Z',
    receipt: null,
  },
});
export const DispatchResumed = event('operations.DispatchResumed', {
  class: 'action',
  sentence: 'Tasks are sent to servers again',
  schema: z.strictObject({
    holdId: uuid,
    /** collected: every server had shown its journal. person: somebody decided not to wait longer. */
    because: z.enum(['collected', 'person']),
    servers: z.int().nonnegative(),
    collected: z.int().nonnegative(),
    lost: z.int().nonnegative(),
  }),
  example: { holdId: operationId, because: 'collected', servers: 5, collected: 5, lost: 2 },
});

export const DispatchStopped = event('operations.DispatchStopped', {
  class: 'action',
  sentence: 'Everything was stopped: nothing more is sent to any server, and what was under way is cancelled',
  schema: z.strictObject({ stopId: uuid, reason }),
  example: { stopId: operationId, reason: 'Blocks nobody asked for' },
});
export const StopLifted = event('operations.StopLifted', {
  class: 'action',
  sentence: 'The stop was lifted: tasks are sent to servers again',
  schema: z.strictObject({ stopId: uuid, reason }),
  example: { stopId: operationId, reason: 'It was a test of ours' },
});

export const operationEvents = [
  OperationRequested,
  OperationCancelRequested,
  OperationFinished,
  TaskRequested,
  TaskReleased,
  TaskSigned,
  TaskSigningRefused,
  TaskAccepted,
  TaskStarted,
  TaskSucceeded,
  TaskFailed,
  TaskExpired,
  TaskCancelled,
  TaskOutcomeUnknown,
  TaskFoundDone,
  SequenceFloorRaised,
  DispatchHeld,
  JournalCollected,
  LostActionFound,
  DispatchResumed,
  DispatchStopped,
  StopLifted,
] as const;
