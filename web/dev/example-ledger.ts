// A small ledger with real hashes, a real tree and a real signature, so that "verify" on the example pages verifies.
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { events } from '@muster/contracts';
import type { AuditEntry, GetProof } from '@muster/contracts/audit';
import { toHex } from '@muster/kernel/bytes';
import { canonicalText } from '@muster/kernel/canonical-json';
import { signCheckpoint } from '@muster/kernel/checkpoint';
import { eventLeafHash } from '@muster/kernel/event-leaf';
import { DEFAULT_TENANT } from '@muster/kernel/ids';
import { inclusionRanges, nodeHash } from '@muster/kernel/merkle';
import type { SignedCheckpoint } from '@muster/contracts/ledger';
import type { z } from 'zod';
import { ME, START, ago, exampleId, groups, refOf, servers } from './example-data.ts';

const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest());
const ORIGIN = 'muster.nordhafen.example/ledger';
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const rawKey = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32));

type Said = Pick<AuditEntry, 'type' | 'class' | 'actor' | 'data'> & { at: number };
const mara: AuditEntry['actor'] = { id: ME, kind: 'person', name: 'Mara Okafor' };
const muster: AuditEntry['actor'] = { id: 'muster', kind: 'system', name: null };
const agentOf = (name: string): AuditEntry['actor'] => ({ id: `server:${refOf(name).serverId}`, kind: 'agent', name });
const exampleOf = (type: string): AuditEntry['data'] =>
  (events.find((event) => event.type === type)?.example ?? {}) as AuditEntry['data'];

function story(): Said[] {
  const said: Said[] = [];
  const say = (at: number, type: string, actor: AuditEntry['actor'], data: AuditEntry['data'] = {}): void => {
    const definition = events.find((event) => event.type === type);
    if (definition === undefined) throw new Error(`no event ${type}`);
    said.push({
      at,
      type,
      class: definition.class,
      actor,
      data: definition.schema.parse({ ...exampleOf(type), ...data }) as AuditEntry['data'],
    });
  };
  const day = 24 * 3_600_000;
  say(4 * day, 'audit.KeysetPublished', muster);
  say(4 * day - 1000, 'access.OwnerRegistered', mara);
  say(4 * day - 2000, 'access.SecondFactorEnrolled', mara);
  for (const [index, server] of servers.entries()) {
    say(3 * day - index * 60_000, 'servers.ServerEnrolled', agentOf(server.name), {
      serverId: server.serverId,
      name: server.name,
      simulated: server.simulated,
    });
    say(3 * day - index * 60_000 - 30_000, 'servers.FingerprintConfirmed', mara, { serverId: server.serverId });
    say(3 * day - index * 60_000 - 31_000, 'servers.CapabilitySet', mara, { serverId: server.serverId });
  }
  say(90_000_00, 'access.SignedIn', mara);
  say(16 * 60_000, 'servers.ServerWentSilent', muster, { serverId: refOf('hel-web-07').serverId });
  say(15 * 60_000, 'access.SignInsRefused', { id: 'anonymous', kind: 'anonymous', name: null });
  say(8 * 60_000, 'audit.CommandRefused', { id: exampleId(0xa, 3), kind: 'person', name: 'Tomasz Wrona' });
  say(190_000, 'bans.TableRepaired', agentOf('hel-web-08'), { serverId: refOf('hel-web-08').serverId });
  say(62_000, 'servers.GroupMembersSet', mara, {
    groupId: groups[0]?.groupId ?? '',
    added: [refOf('fra-web-15').serverId],
  });
  say(30_000, 'bans.BanLogDigested', agentOf('fra-web-03'), { serverId: refOf('fra-web-03').serverId });
  say(9000, 'bans.AddressBlocked', mara, {
    until: new Date(START - 9000 + day).toISOString(),
    reason: 'root guessing on ten servers',
  });
  say(
    8990,
    'operations.OperationRequested',
    { id: 'request-tasks-when-address-blocked', kind: 'policy', name: null },
    { servers: 40 },
  );
  for (const server of servers.slice(0, 12)) say(8500, 'operations.TaskSucceeded', agentOf(server.name));
  say(8200, 'operations.TaskFailed', agentOf('fra-web-09'), {
    error: 'nft: Error: Could not process rule: No space left on device',
  });
  return said.sort((a, b) => b.at - a.at);
}

const names: Record<string, string> = Object.fromEntries([
  ...servers.map((server) => [server.serverId, server.name]),
  ...groups.map((group) => [group.groupId, group.name]),
]);

interface Stored {
  entry: AuditEntry;
  leaf: z.output<typeof GetProof.output>['leaf'];
  body: string;
  meta: string;
}
const stored: Stored[] = story().map((said, position): Stored => {
  const at = ago(said.at);
  const body = canonicalText(said.data);
  const meta = canonicalText({
    v: 1,
    actor: said.actor.id,
    actorKind: said.actor.kind,
    software: 'muster 0.1.0',
    correlation: exampleId(0x12, position),
    tenant: DEFAULT_TENANT,
    ...(said.actor.kind === 'person' ? { factor: 'totp', factorAt: ago(said.at + 2_460_000), grant: 'owner' } : {}),
  });
  const leaf = {
    eventId: exampleId(0x13, position),
    tenantId: DEFAULT_TENANT,
    streamId: `${said.type.split('.')[0] ?? ''}-1`,
    streamVersion: position + 1,
    type: said.type,
    schemaVersion: 1,
    recordedMicros: `${Date.parse(at)}000`,
    metaHash: toHex(sha256(Buffer.from(meta))),
    bodyHash: toHex(sha256(Buffer.from(body))),
  };
  const leafHash = eventLeafHash(sha256, {
    ...leaf,
    recordedMicros: BigInt(leaf.recordedMicros),
    metaHash: Buffer.from(leaf.metaHash, 'hex'),
    bodyHash: Buffer.from(leaf.bodyHash, 'hex'),
  });
  const entry: AuditEntry = {
    position,
    eventId: leaf.eventId,
    type: said.type,
    version: 1,
    class: said.class,
    at,
    streamId: leaf.streamId,
    actor: said.actor,
    data: said.data,
    names,
    leafHash: toHex(leafHash),
  };
  return { entry, leaf, body, meta };
});

export const ledgerSize = stored.length;
const leaves = stored.map(({ entry }) => new Uint8Array(Buffer.from(entry.leafHash, 'hex')));

function hashOf(begin: number, end: number): Uint8Array {
  const first = leaves[begin];
  if (end - begin === 1 && first !== undefined) return first;
  let half = 1;
  while (half * 2 < end - begin) half *= 2;
  return nodeHash(sha256, hashOf(begin, begin + half), hashOf(begin + half, end));
}

const root = hashOf(0, ledgerSize);
export const checkpoint: SignedCheckpoint = {
  origin: ORIGIN,
  size: ledgerSize,
  root: toHex(root),
  note: signCheckpoint(
    sha256,
    { origin: ORIGIN, size: ledgerSize, root },
    rawKey,
    (message) => new Uint8Array(sign(null, message, privateKey)),
  ),
  keyId: toHex(sha256(rawKey)).slice(0, 16),
  createdAt: ago(3000),
  witnessed: 19,
  witnesses: 20,
  quorum: 13,
};

export const entries = stored.map(({ entry }) => entry).reverse();

export function rawEntry(position: number): object | null {
  const found = stored[position];
  if (found === undefined) return null;
  const { entry, leaf, body, meta } = found;
  return {
    ...entry,
    meta: JSON.parse(meta) as object,
    rawBody: body,
    rawMeta: meta,
    streamVersion: leaf.streamVersion,
    recordedMicros: leaf.recordedMicros,
    tenantId: leaf.tenantId,
  };
}

export function proofOf(position: number): z.output<typeof GetProof.output> | null {
  const found = stored[position];
  if (found === undefined) return null;
  return {
    position,
    leafHash: found.entry.leafHash,
    leaf: found.leaf,
    path: inclusionRanges(position, ledgerSize).map(({ begin, end }) => toHex(hashOf(begin, end))),
    checkpoint,
    ledgerKey: Buffer.from(rawKey).toString('base64'),
    rootKey: Buffer.from(rawKey).toString('base64'),
    cosignatures: servers
      .slice(0, 19)
      .map((server) => ({ serverId: server.serverId, name: server.name, at: ago(2000) })),
  };
}
