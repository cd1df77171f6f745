// Signatures inside of events: who signed what is judged by keys that root named and servers enrolled with.
import { utf8 } from '@muster/kernel/bytes';
import { canonicalBytes, canonicalText, type JsonObject } from '@muster/kernel/canonical-json';
import { sha256Hex } from '@muster/kernel/hashing';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import { generateSigningKey, signFor, type SigningKey, type SigningPurpose } from '@muster/kernel/signing';
import { beforeEach, describe, expect, test } from 'vitest';
import type { EntryContent } from '../ledger/entry.ts';
import { Evidence } from './evidence.ts';
import { Trust } from './trust.ts';

const [root, taskKey, hostKey, agentKey, stranger] = Array.from({ length: 5 }, generateSigningKey) as [
  SigningKey,
  SigningKey,
  SigningKey,
  SigningKey,
  SigningKey,
];
const server = newId();
const task = newId();
const at = '2026-11-20T02:00:00Z';

function signedWith(key: SigningKey, purpose: SigningPurpose, value: JsonObject) {
  const bytes = canonicalBytes(value);
  return { body: Buffer.from(bytes).toString('base64'), signature: signFor(purpose, key, bytes), keyId: key.keyId };
}

const keyset = signedWith(root, 'muster/keyset/v1', {
  v: 1,
  origin: 'test/log',
  tenant: DEFAULT_TENANT,
  serial: 1,
  issuedAt: at,
  keys: [
    { id: taskKey.keyId, use: 'task', publicKey: taskKey.publicKey, notBefore: at, notAfter: '2027-11-20T02:00:00Z' },
  ],
  revoked: [],
});
const trust = () =>
  Trust.parse(JSON.stringify({ body: keyset.body, signature: keyset.signature, rootKey: root.publicKey }));

const envelope = {
  v: 1,
  task,
  server,
  lane: 'guard',
  seq: 1,
  name: 'bans.apply@1',
  args: {},
  notBefore: at,
  notAfter: at,
  actor: 'person:test',
  approvals: [],
  key: taskKey.keyId,
};
const receipt = {
  v: 1,
  task,
  server,
  envelope: sha256Hex(canonicalBytes(envelope)),
  outcome: 'succeeded',
  error: null,
  code: null,
  startedAt: at,
  finishedAt: at,
  before: null,
  after: null,
  evidence: {},
};

function event(type: string, data: JsonObject): EntryContent {
  const rest = {
    eventId: newId(),
    tenantId: DEFAULT_TENANT,
    streamId: 's',
    streamVersion: 1,
    schemaVersion: 1,
    recordedMicros: 0n,
  };
  return { ...rest, type, meta: utf8('{}'), body: utf8(canonicalText(data)) };
}
const signedTask = (key: SigningKey, value: JsonObject = envelope) =>
  event('operations.TaskSigned', { taskId: task, envelope: signedWith(key, 'muster/task/v1', value) });
const answered = (key: SigningKey, value: JsonObject = receipt) =>
  event('operations.TaskSucceeded', { taskId: task, receipt: signedWith(key, 'muster/receipt/v1', value) });

let evidence: Evidence;
beforeEach(() => {
  evidence = new Evidence(trust());
  evidence.check(
    event('servers.ServerEnrolled', { serverId: server, agentKey: agentKey.publicKey, hostKey: hostKey.publicKey }),
  );
});

describe('an envelope', () => {
  test('counts when the task key signed it for this task', () => {
    expect(evidence.check(signedTask(taskKey))).toBeUndefined();
    expect(evidence).toMatchObject({ signedTasks: 1, verifiedTasks: 1 });
  });
  test('by a key that root did not name, or for another task, is named', () => {
    expect(evidence.check(signedTask(stranger))).toMatch(/which root did not sign/);
    expect(evidence.check(signedTask(taskKey, { ...envelope, task: newId() }))).toMatch(/is not that of task/);
    expect(evidence.verifiedTasks).toBe(0);
  });
});

describe('a receipt', () => {
  test('is attested when the host key of that server signed it for that envelope', () => {
    evidence.check(signedTask(taskKey));
    expect(evidence.check(answered(hostKey))).toBeUndefined();
    expect(evidence).toMatchObject({ attested: 1, unattested: 0 });
  });
  test('by another key, for another envelope, or from a server that never enrolled, is named', () => {
    evidence.check(signedTask(taskKey));
    expect(evidence.check(answered(agentKey))).toMatch(/signature of the receipt .* is not valid/);
    expect(evidence.check(answered(hostKey, { ...receipt, envelope: '0'.repeat(64) }))).toMatch(
      /answers another envelope/,
    );
    expect(evidence.check(answered(hostKey, { ...receipt, server: newId() }))).toMatch(/never enrolled/);
    expect(evidence.attested).toBe(0);
  });
  test('that is absent counts as not attested', () => {
    evidence.check(event('operations.TaskFailed', { taskId: task, error: 'gone', receipt: null }));
    expect(evidence.unattested).toBe(1);
  });
});

test('a keyset of another root is not taken', () => {
  const other = new Trust(stranger.publicKey);
  expect(other.add({ body: keyset.body, signature: keyset.signature, rootKey: root.publicKey })).toBe(false);
  expect(other.taskKey(taskKey.keyId)).toBeUndefined();
});
