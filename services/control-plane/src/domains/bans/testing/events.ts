// What happens to servers and their bans, as the log would give it, for specs.
import { TaskFailed, TaskSucceeded } from '@muster/contracts/operations';
import { CapabilitySet, FingerprintConfirmed, GroupMembersSet, ServerEnrolled } from '@muster/contracts/servers';
import type { SequencedEvent } from '../../../platform/event-store/index.ts';
import { happened, START } from '../../../platform/event-store/testing/events.ts';

export function enrolled(serverId: string, name = 'web'): SequencedEvent {
  return happened(ServerEnrolled, { ...ServerEnrolled.example, serverId, name });
}

/** Enrolled, confirmed, and its bans entrusted to Muster. */
export function managedServer(serverId: string): SequencedEvent[] {
  return [
    enrolled(serverId),
    happened(FingerprintConfirmed, { ...FingerprintConfirmed.example, serverId }),
    happened(CapabilitySet, { serverId, capability: 'bans', mode: 'managed' }),
  ];
}

export function inGroup(groupId: string, added: string[], removed: string[] = []): SequencedEvent {
  return happened(GroupMembersSet, { groupId, added, removed });
}

const signature = `${'A'.repeat(86)}==`;
function receiptBody(serverId: string, taskId: string, more: object): string {
  const at = START.toISOString();
  const receipt = {
    v: 1,
    task: taskId,
    server: serverId,
    envelope: '0'.repeat(64),
    outcome: 'succeeded',
    error: null,
    code: null,
    startedAt: at,
    finishedAt: at,
    before: null,
    after: null,
    evidence: {},
    ...more,
  };
  return Buffer.from(JSON.stringify(receipt)).toString('base64');
}

export function succeeded(serverId: string, taskId: string, evidence: object): SequencedEvent {
  const body = receiptBody(serverId, taskId, { evidence });
  return happened(TaskSucceeded, { taskId, receipt: { body, signature, keyId: '0123456789abcdef' } });
}

export function failed(serverId: string, taskId: string, code: string, evidence: object = {}): SequencedEvent {
  const body = receiptBody(serverId, taskId, { outcome: 'failed', error: code, code, evidence });
  return happened(TaskFailed, { taskId, error: code, receipt: { body, signature, keyId: '0123456789abcdef' } });
}
