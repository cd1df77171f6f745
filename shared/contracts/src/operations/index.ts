// Operations as pages read them: a grid of servers, each task's state, time, error and receipt.
import { z } from 'zod';
import { command, query } from '../define.ts';
import { accepted, pageSize, reason as reasonText, timestamp, uuid } from '../values.ts';
import { lane, taskState } from './events.ts';

export * from './events.ts';

export const operationState = z.enum(['running', 'waiting', 'done', 'failed', 'cancelled']);
export const taskCounts = z.record(taskState, z.int().nonnegative());

export const operationRow = z.strictObject({
  operationId: uuid,
  /** Running number for people: "operation 412". */
  number: z.int().positive(),
  kind: z.string(),
  subject: z.string(),
  /** Id and, when the reader may see it, name of who asked; a policy has only its name. */
  askedBy: z.strictObject({ actor: z.string(), kind: z.string(), name: z.string().nullable() }),
  reason: z.string().nullable(),
  askedAt: timestamp,
  finishedAt: timestamp.nullable(),
  expiresAt: timestamp,
  state: operationState,
  servers: z.int().nonnegative(),
  counts: taskCounts,
  /** Ledger position of the request. */
  position: z.int().nonnegative().nullable(),
  cancelRequested: z.boolean(),
});
export type OperationRow = z.infer<typeof operationRow>;

export const taskRow = z.strictObject({
  taskId: uuid,
  serverId: uuid,
  serverName: z.string(),
  simulated: z.boolean(),
  state: taskState,
  task: z.string(),
  lane,
  attempt: z.int().positive(),
  requestedAt: timestamp,
  finishedAt: timestamp.nullable(),
  /** Request to final state. */
  tookMs: z.number().nonnegative().nullable(),
  error: z.string().nullable(),
});
export type TaskRow = z.infer<typeof taskRow>;

export const receiptView = z.strictObject({
  outcome: z.string(),
  startedAt: timestamp,
  finishedAt: timestamp,
  before: z.string().nullable(),
  after: z.string().nullable(),
  evidence: z.record(z.string(), z.json()),
  keyId: z.string(),
  /** The control plane checked the signature when it arrived; `muster verify` checks it again. */
  signature: z.string(),
  body: z.string(),
});
export const taskDetail = taskRow.extend({
  operationId: uuid,
  args: z.record(z.string(), z.json()),
  receipt: receiptView.nullable(),
  /** Every event of this task with its ledger position. */
  timeline: z.array(z.strictObject({ type: z.string(), at: timestamp, position: z.int().nonnegative().nullable() })),
});

export const ListOperations = query('operations.ListOperations', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'backup', 'contractor'],
  sentence: 'List operations, newest first: all, or those that reach a group or a server',
  input: z.strictObject({
    state: z.enum(['open', 'done']).optional(),
    group: uuid.optional(),
    server: uuid.optional(),
    before: z.string().max(200).optional(),
    limit: pageSize,
  }),
  output: z.strictObject({ operations: z.array(operationRow), next: z.string().nullable() }),
});
export const GetOperation = query('operations.GetOperation', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'backup', 'contractor'],
  sentence: 'Read one operation with its tasks',
  input: z.strictObject({ operationId: uuid }),
  output: operationRow.extend({ tasks: z.array(taskRow) }),
});
export const GetTask = query('operations.GetTask', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'backup', 'contractor'],
  sentence: 'Read one task with its receipt and timeline',
  input: z.strictObject({ taskId: uuid }),
  output: taskDetail,
});
export const CancelOperation = command('operations.CancelOperation', {
  risk: 'medium',
  on: ['operation', 'operationId'],
  roles: ['operator', 'contractor'],
  sentence: 'Cancel what has not finished; what a server already holds stays and is said so',
  input: z.strictObject({ operationId: uuid }),
  output: accepted,
});
export const RetryOperation = command('operations.RetryOperation', {
  risk: 'medium',
  on: ['operation', 'operationId'],
  roles: ['operator', 'contractor'],
  sentence: 'Ask again the servers whose task failed, expired or was cancelled',
  input: z.strictObject({ operationId: uuid, taskIds: z.array(uuid).max(5000).optional() }),
  output: accepted.extend({ tasks: z.int().nonnegative() }),
});

/** A task that only its server remembers. */
export const lostAction = z.strictObject({
  serverId: uuid,
  serverName: z.string(),
  taskId: uuid,
  state: z.enum(['received', 'started', 'done', 'over']),
  /** null when the server no longer keeps details. */
  task: z.string().nullable(),
  actor: z.string().nullable(),
  at: timestamp,
  /** From the receipt that the host signed. */
  outcome: z.string().nullable(),
});
export const recoveryView = z.strictObject({
  holdId: uuid,
  epoch: z.int(),
  backupTakenAt: timestamp,
  heldSince: timestamp,
  /** null while nothing is sent to servers. */
  resumedAt: timestamp.nullable(),
  servers: z.int().nonnegative(),
  collected: z.int().nonnegative(),
  waitingFor: z.array(z.strictObject({ serverId: uuid, name: z.string() })).max(200),
  /** Events that were in the ledger at least, by what servers had witnessed, and that the backup did not hold. */
  lostEvents: z.int().nonnegative(),
  lostActions: z.array(lostAction).max(1000),
});
export type RecoveryView = z.infer<typeof recoveryView>;

export const GetRecovery = query('operations.GetRecovery', {
  risk: 'low',
  on: 'fleet',
  roles: ['operator', 'security', 'backup'],
  sentence: 'Read what the last restore lost, and what it still waits for',
  input: z.strictObject({}),
  output: z.strictObject({ recovery: recoveryView.nullable() }),
});
export const ResumeDispatch = command('operations.ResumeDispatch', {
  risk: 'critical',
  on: 'fleet',
  roles: ['operator'],
  sentence: 'Send tasks to servers again after a restore, without waiting for those that have not shown their journal',
  input: z.strictObject({ holdId: uuid, reason: reasonText }),
  output: accepted,
});

export const GetStop = query('operations.GetStop', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'backup', 'contractor'],
  sentence: 'Read whether everything is stopped, since when, and why',
  input: z.strictObject({}),
  output: z.strictObject({
    stop: z
      .strictObject({
        stopId: uuid,
        since: timestamp,
        by: z.strictObject({ id: z.string(), name: z.string().nullable() }),
        reason: z.string(),
      })
      .nullable(),
  }),
});
export const StopDispatch = command('operations.StopDispatch', {
  risk: 'high',
  on: 'fleet',
  roles: ['operator', 'security'],
  sentence: 'Stop everything: send nothing more to any server, and cancel what is under way',
  input: z.strictObject({ reason: reasonText }),
  output: accepted.extend({ stopId: uuid }),
});
export const LiftStop = command('operations.LiftStop', {
  risk: 'critical',
  on: 'fleet',
  roles: ['operator', 'security'],
  sentence: 'Lift the stop: send tasks to servers again',
  input: z.strictObject({ stopId: uuid, reason: reasonText }),
  output: accepted,
});

export const operationCommands = [CancelOperation, RetryOperation, ResumeDispatch, StopDispatch, LiftStop] as const;
export const operationQueries = [ListOperations, GetOperation, GetTask, GetRecovery, GetStop] as const;
