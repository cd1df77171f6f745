// A server's life: enrolled, confirmed, entrusted capability by capability, silent, back, retired.
import { z } from 'zod';
import { keySuccession } from '../agent/succession.ts';
import { event } from '../define.ts';
import { groupName, hostText, keyId, publicKey, reason, serverName, sha256, tag, timestamp, uuid } from '../values.ts';

export const capabilityName = z.enum(['inventory', 'bans']);
export type CapabilityName = z.infer<typeof capabilityName>;
export const capabilityMode = z.enum(['observe', 'managed']);

const serverId = '0190b5e2-7a10-7000-8000-00000000b001';
const enrolmentId = '0190b5e2-7a10-7000-8000-00000000b002';
const groupId = '0190b5e2-7a10-7000-8000-00000000b003';
const key = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';
const hash = '0'.repeat(64);
const rotationId = '0190b5e2-7a10-7000-8000-00000000b004';
const signature = `${'A'.repeat(86)}==`;

export const EnrolmentOpened = event('servers.EnrolmentOpened', {
  class: 'action',
  sentence: 'A one-time enrolment token was issued',
  schema: z.strictObject({
    enrolmentId: uuid,
    name: serverName.nullable(),
    groupIds: z.array(uuid),
    expiresAt: timestamp,
    simulated: z.boolean(),
  }),
  example: {
    enrolmentId,
    name: 'fra-web-01',
    groupIds: [groupId],
    expiresAt: '2026-11-20T03:47:00Z',
    simulated: false,
  },
});
export const EnrolmentCancelled = event('servers.EnrolmentCancelled', {
  class: 'action',
  sentence: 'An enrolment token was withdrawn before it was used',
  schema: z.strictObject({ enrolmentId: uuid }),
  example: { enrolmentId },
});
export const ServerEnrolled = event('servers.ServerEnrolled', {
  class: 'fact',
  sentence: 'A server presented its token and its keys were recorded; it observes only',
  schema: z.strictObject({
    serverId: uuid,
    enrolmentId: uuid,
    name: serverName,
    hostname: hostText(253),
    agentKey: publicKey,
    /** Signs receipts; held by root on the server. */
    hostKey: publicKey.nullable(),
    sealingKey: publicKey.nullable(),
    fingerprint: sha256,
    machineHash: sha256,
    agentVersion: z.string().max(40),
    offers: z.array(capabilityName),
    observeOnly: z.boolean(),
    simulated: z.boolean(),
  }),
  example: {
    serverId,
    enrolmentId,
    name: 'fra-web-01',
    hostname: 'fra-web-01.example.net',
    agentKey: key,
    hostKey: key,
    sealingKey: key,
    fingerprint: hash,
    machineHash: hash,
    agentVersion: '0.1.0',
    offers: ['inventory', 'bans'],
    observeOnly: false,
    simulated: false,
  },
});
export const FingerprintConfirmed = event('servers.FingerprintConfirmed', {
  class: 'action',
  sentence: 'An operator compared a server’s fingerprint and confirmed it',
  schema: z.strictObject({ serverId: uuid, fingerprint: sha256 }),
  example: { serverId, fingerprint: hash },
});
export const CapabilitySet = event('servers.CapabilitySet', {
  class: 'action',
  sentence: 'A capability of a server was set to observe or managed',
  schema: z.strictObject({ serverId: uuid, capability: capabilityName, mode: capabilityMode }),
  example: { serverId, capability: 'bans', mode: 'managed' },
});
export const ServerRenamed = event('servers.ServerRenamed', {
  class: 'action',
  sentence: 'A server was given another name',
  schema: z.strictObject({ serverId: uuid, name: serverName }),
  example: { serverId, name: 'fra-web-02' },
});
export const ServerTagged = event('servers.ServerTagged', {
  class: 'action',
  sentence: 'A server’s tags were set',
  schema: z.strictObject({ serverId: uuid, tags: z.array(tag).max(32) }),
  example: { serverId, tags: ['web', 'frankfurt'] },
});
export const ServerRetired = event('servers.ServerRetired', {
  class: 'action',
  sentence: 'A server was retired; its keys are no longer accepted',
  schema: z.strictObject({ serverId: uuid, reason }),
  example: { serverId, reason: 'Replaced by fra-web-21' },
});
export const KeyRotationAsked = event('servers.KeyRotationAsked', {
  class: 'action',
  sentence: 'A server was asked to replace its identity key',
  schema: z.strictObject({ serverId: uuid, rotationId: uuid, reason }),
  example: { serverId, rotationId, reason: 'The disk of a backup server was copied' },
});
export const KeyRotated = event('servers.KeyRotated', {
  class: 'fact',
  sentence:
    'A server signed in with a new identity key, which the old one and its host key had signed; the old one ends',
  schema: z.strictObject({ serverId: uuid, succession: keySuccession, fingerprint: sha256 }),
  example: {
    serverId,
    succession: {
      statement: {
        v: 1,
        server: serverId,
        rotation: rotationId,
        oldKey: key,
        newKey: key,
        at: '2026-11-20T02:31:00Z',
      },
      signatures: { old: signature, new: signature, host: signature },
    },
    fingerprint: hash,
  },
});
export const FormerKeyRefused = event('servers.FormerKeyRefused', {
  class: 'fact',
  sentence: 'Somebody signed in with a key that a server no longer has, and was refused',
  schema: z.strictObject({ serverId: uuid, keyId, source: z.string().max(60) }),
  example: { serverId, keyId: '0'.repeat(16), source: '203.0.113.66' },
});
export const ServerWentSilent = event('servers.ServerWentSilent', {
  class: 'fact',
  sentence: 'A server stopped answering',
  schema: z.strictObject({ serverId: uuid, lastHeardAt: timestamp }),
  example: { serverId, lastHeardAt: '2026-11-20T02:31:00Z' },
});
export const ServerAnswered = event('servers.ServerAnswered', {
  class: 'fact',
  sentence: 'A server answers, for the first time or again',
  schema: z.strictObject({ serverId: uuid, agentVersion: z.string().max(40), bootId: z.string().max(64) }),
  example: { serverId, agentVersion: '0.1.0', bootId: '6f0f' },
});
export const IdentityConflictFound = event('servers.IdentityConflictFound', {
  class: 'fact',
  sentence: 'The same identity signed in from two machines; both are quarantined',
  schema: z.strictObject({ serverId: uuid, machineHash: sha256, otherMachineHash: sha256 }),
  example: { serverId, machineHash: hash, otherMachineHash: hash },
});
export const FactsChanged = event('servers.FactsChanged', {
  class: 'fact',
  sentence: 'A server reported facts that differ from the last ones',
  schema: z.strictObject({ serverId: uuid, sha256, changed: z.array(z.string().max(60)).max(40) }),
  example: { serverId, sha256: hash, changed: ['kernel', 'ports'] },
});
export const TelemetryLost = event('servers.TelemetryLost', {
  class: 'fact',
  sentence: 'A server’s spool was full; some telemetry was dropped and counted',
  schema: z.strictObject({ serverId: uuid, kind: z.string().max(40), dropped: z.int().positive() }),
  example: { serverId, kind: 'ban-log', dropped: 12 },
});
export const AgentUninstalled = event('servers.AgentUninstalled', {
  class: 'fact',
  sentence: 'The agent was removed from a server and reported what it restored',
  schema: z.strictObject({
    serverId: uuid,
    restored: z.array(hostText(200)).max(200),
    left: z.array(hostText(200)).max(200),
  }),
  example: { serverId, restored: ['/etc/fail2ban/jail.d/muster.local'], left: [] },
});
export const GroupCreated = event('servers.GroupCreated', {
  class: 'action',
  sentence: 'A group of servers was created',
  schema: z.strictObject({ groupId: uuid, name: groupName }),
  example: { groupId, name: 'Frankfurt web' },
});
export const GroupRenamed = event('servers.GroupRenamed', {
  class: 'action',
  sentence: 'A group was given another name',
  schema: z.strictObject({ groupId: uuid, name: groupName }),
  example: { groupId, name: 'Frankfurt' },
});
export const GroupDeleted = event('servers.GroupDeleted', {
  class: 'action',
  sentence: 'A group was deleted; its servers stay',
  schema: z.strictObject({ groupId: uuid }),
  example: { groupId },
});
export const GroupMembersSet = event('servers.GroupMembersSet', {
  class: 'action',
  sentence: 'Servers were assigned to a group or taken out of it',
  schema: z.strictObject({ groupId: uuid, added: z.array(uuid).max(5000), removed: z.array(uuid).max(5000) }),
  example: { groupId, added: [serverId], removed: [] },
});

export const serverEvents = [
  EnrolmentOpened,
  EnrolmentCancelled,
  ServerEnrolled,
  FingerprintConfirmed,
  CapabilitySet,
  ServerRenamed,
  ServerTagged,
  ServerRetired,
  KeyRotationAsked,
  KeyRotated,
  FormerKeyRefused,
  ServerWentSilent,
  ServerAnswered,
  IdentityConflictFound,
  FactsChanged,
  TelemetryLost,
  AgentUninstalled,
  GroupCreated,
  GroupRenamed,
  GroupDeleted,
  GroupMembersSet,
] as const;
