// Tables of operations. Rows of tasks are written only by the inline projection.
import type { TaskState } from '@muster/contracts/operations';
import type { Lane } from '@muster/contracts';
import type { Generated, JSONColumnType } from 'kysely';

export type OperationsTables = {
  'muster.operations_operations': {
    operation_id: string;
    tenant_id: string;
    number: Generated<number>;
    kind: string;
    subject: string;
    caused_by: string;
    actor: string;
    actor_kind: string;
    reason: string | null;
    servers: number;
    requested_event: string;
    asked_at: Date;
    expires_at: Date;
    cancel_requested: Generated<boolean>;
    finished_at: Date | null;
  };
  'muster.operations_tasks': {
    task_id: string;
    place: Generated<number>;
    tenant_id: string;
    operation_id: string;
    server_id: string;
    lane: Lane;
    task: string;
    args: JSONColumnType<Record<string, unknown>>;
    state: TaskState;
    version: number;
    attempt: number;
    retry_of: string | null;
    actor: string;
    seq: number | null;
    not_before: Date;
    expires_at: Date;
    requested_at: Date;
    released_at: Date | null;
    signed_at: Date | null;
    accepted_at: Date | null;
    finished_at: Date | null;
    error: string | null;
    envelope_body: Buffer | null;
    envelope_signature: string | null;
    envelope_key: string | null;
    receipt_body: Buffer | null;
    receipt_signature: string | null;
    receipt_key: string | null;
  };
  'muster.operations_lanes': { server_id: string; lane: string; seq: number };
  'muster.operations_cancels': {
    task_id: string;
    server_id: string;
    requested_at: Generated<Date>;
    envelope_body: Buffer | null;
    envelope_signature: string | null;
    envelope_key: string | null;
  };
};
