// The link: JSON text frames over one WebSocket, `GET /agent/v1/link`. The agent dials; both sides prove their keys.
import { z } from 'zod';
import { banLogLine, heldState, jailFacts, tableRepair } from '../bans/telemetry.ts';
import { siteFacts } from '../clients/telemetry.ts';
import { probeReport } from '../posture/values.ts';
import { capabilityName } from '../servers/events.ts';
import { inventory } from '../servers/inventory.ts';
import { hostText, sha256, signature, timestamp, uuid } from '../values.ts';
import { signed } from './envelope.ts';
import { signedEpoch } from './epoch.ts';
import { journalEntry } from './journal.ts';
import { signedKeyset } from './keyset.ts';
import { keySuccession, MAX_SUCCESSIONS } from './succession.ts';

/** Frames of an agent above this are a protocol error: the link is closed with code 1009. */
export const MAX_FRAME_BYTES = 512 * 1024;
/** Everything an agent sends before it is welcome: one hello, with a thousand open tasks at most. */
export const MAX_HELLO_BYTES = 128 * 1024;
/** Frames to an agent may be larger: a snapshot of a whole block list is one envelope. */
export const MAX_FRAME_TO_AGENT_BYTES = 3 * 1024 * 1024;
/** A batch carries at most this many items. */
export const MAX_BATCH_ITEMS = 500;
/** A link that has not proved itself within this time is closed. */
export const HANDSHAKE_DEADLINE_MS = 10_000;

/**
 * What an agent can do beyond the first version of this protocol, said in its hello. A gateway sends nothing that the
 * agent did not name, so that agents one release older keep working. An agent whose hello is not understood says it
 * again without: then the control plane is the older one.
 *   journal: answers `journal-request`. epochs: understands `epoch`, and names the log it has witnessed.
 *   releases: installs a release of itself when asked by a task. keys: replaces its identity key when asked.
 */
export const AGENT_FEATURES = ['journal', 'epochs', 'releases', 'keys'] as const;
export type AgentFeature = (typeof AGENT_FEATURES)[number];

const nonce = z.string().regex(/^[A-Za-z0-9+/]{43}=$/, 'is not a 32-byte nonce in base64');

// --- control plane → agent

export const challenge = z.strictObject({ t: z.literal('challenge'), v: z.literal(1), nonce, time: timestamp });
/** `proof`: gateway key over canonical {nonce: agent's, server, session} for 'muster/welcome/v1'. */
export const welcome = z.strictObject({
  t: z.literal('welcome'),
  session: uuid,
  time: timestamp,
  keyset: signedKeyset,
  gatewayKey: z.string(),
  proof: signature,
  /** What this server may do now: the agent refuses tasks of capabilities that are not managed. */
  managed: z.array(capabilityName),
  heartbeatSeconds: z.number().positive().max(3600),
  confirmed: z.boolean(),
});
export const taskFrame = z.strictObject({ t: z.literal('task'), envelope: signed });
export const cancelFrame = z.strictObject({ t: z.literal('cancel'), envelope: signed });
export const receiptAck = z.strictObject({ t: z.literal('receipt-ack'), task: uuid });
export const batchAck = z.strictObject({ t: z.literal('batch-ack'), seq: z.int().nonnegative() });
/** Answer to a heartbeat; carries a newer checkpoint with the proof that it extends what the agent last saw. */
export const beat = z.strictObject({
  t: z.literal('beat'),
  time: timestamp,
  checkpoint: z
    .strictObject({
      note: z.string().max(4000),
      /** Consistency proof from the size the agent named to this one, hashes in hexadecimal. */
      proof: z.array(sha256).max(64),
    })
    .nullable(),
});
export const settings = z.strictObject({
  t: z.literal('settings'),
  managed: z.array(capabilityName),
  confirmed: z.boolean(),
});
export const keysetFrame = z.strictObject({ t: z.literal('keyset'), keyset: signedKeyset });
/** Asks for the journal from an entry on, in the order of the journal; answered by `journal`. */
export const journalRequest = z.strictObject({ t: z.literal('journal-request'), from: z.int().nonnegative() });
/** The newest statement of root about the ledger's epoch, before the first beat. */
export const epochFrame = z.strictObject({ t: z.literal('epoch'), epoch: signedEpoch });
/** Asks for a new identity key; answered by a hello of that key, over a new connection. */
export const rotateKey = z.strictObject({ t: z.literal('rotate-key'), rotation: uuid });
/** The connection is refused or ended for a reason that a person can act on. */
export const goodbye = z.strictObject({
  t: z.literal('goodbye'),
  code: z.enum(['retired', 'quarantined', 'unknown', 'replaced', 'protocol', 'busy', 'shutdown']),
  reason: z.string().max(300),
});

export const toAgent = z.discriminatedUnion('t', [
  challenge,
  welcome,
  taskFrame,
  cancelFrame,
  receiptAck,
  batchAck,
  beat,
  settings,
  keysetFrame,
  journalRequest,
  epochFrame,
  rotateKey,
  goodbye,
]);
export type ToAgent = z.infer<typeof toAgent>;

// --- agent → control plane

/** `proof`: agent key over canonical {server, serverNonce, agentNonce, machineHash, bootId} for 'muster/hello/v1'. */
export const hello = z.strictObject({
  t: z.literal('hello'),
  v: z.literal(1),
  server: uuid,
  nonce,
  proof: signature,
  machineHash: sha256,
  bootId: hostText(64),
  agentVersion: hostText(40),
  /** Serial of the keyset it holds. */
  keysetSerial: z.int().nonnegative(),
  /** Highest sequence number its privd has seen, per lane. */
  seen: z.record(z.enum(['guard', 'change', 'job']), z.int().nonnegative()),
  /** Tasks whose receipt was not acknowledged yet. */
  openTasks: z.array(uuid).max(1000),
  /** Names of AGENT_FEATURES; a newer agent may name more. Absent from agents of the first release. */
  speaks: z.array(hostText(40)).max(40).optional(),
  /** From a key that the control plane may know, one by one to the key that signs this hello. */
  successions: z.array(keySuccession).min(1).max(MAX_SUCCESSIONS).optional(),
});
export const heartbeat = z.strictObject({
  t: z.literal('heartbeat'),
  time: timestamp,
  /** Size and root of the last checkpoint this witness accepted; 0 before the first. */
  seenSize: z.int().nonnegative(),
  /** The log that checkpoint is of; absent from agents that do not speak epochs. */
  seenOrigin: hostText(120).optional(),
  load1: z.number().nonnegative(),
  spooled: z.int().nonnegative(),
});
/** RECEIVED is on disk: delivery is over. */
export const ack = z.strictObject({ t: z.literal('ack'), task: uuid, state: z.enum(['received', 'started', 'done']) });
export const started = z.strictObject({ t: z.literal('started'), task: uuid });
export const receiptFrame = z.strictObject({ t: z.literal('receipt'), task: uuid, receipt: signed });
/** Cosignature of a checkpoint by the agent key over its note body, for 'muster/cosignature/v1'. */
export const cosign = z.strictObject({
  t: z.literal('cosign'),
  size: z.int().nonnegative(),
  root: sha256,
  time: timestamp,
  /** Agent key over canonical {origin, size, root, time}. */
  signature,
});
/** The log forked or shrank in front of this witness. */
export const forkAlarm = z.strictObject({
  t: z.literal('fork-alarm'),
  seenSize: z.int().nonnegative(),
  seenRoot: sha256,
  note: z.string().max(4000),
  why: hostText(300),
});

/** One page of the journal, from the entry that was asked for; `next` is null on the last. */
export const journalPage = z.strictObject({
  t: z.literal('journal'),
  from: z.int().nonnegative(),
  entries: z.array(journalEntry).max(500),
  next: z.int().nonnegative().nullable(),
  /** The last checkpoint this witness accepted, whatever the log is called; null before the first. */
  head: z.strictObject({ origin: hostText(120), size: z.int().nonnegative(), root: sha256 }).nullable(),
});

const batchBody = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ban-log'), items: z.array(banLogLine).max(MAX_BATCH_ITEMS) }),
  z.strictObject({ kind: z.literal('inventory'), items: z.array(inventory).max(1) }),
  z.strictObject({ kind: z.literal('jails'), items: z.array(jailFacts).max(1) }),
  z.strictObject({ kind: z.literal('sites'), items: z.array(siteFacts).max(1) }),
  z.strictObject({ kind: z.literal('held'), items: z.array(heldState).max(1) }),
  z.strictObject({ kind: z.literal('repair'), items: z.array(tableRepair).max(100) }),
  z.strictObject({
    kind: z.literal('gap'),
    items: z.array(z.strictObject({ of: hostText(40), dropped: z.int().positive() })).max(20),
  }),
  z.strictObject({
    kind: z.literal('capabilities'),
    items: z.array(z.strictObject({ capability: capabilityName, barred: hostText(300).nullable() })).max(20),
  }),
  z.strictObject({ kind: z.literal('posture'), items: z.array(probeReport).max(1) }),
  z.strictObject({ kind: z.literal('uninstalled'), items: z.array(signed).max(1) }),
]);
/** Telemetry from the spool. `seq` only grows per server; a repeat is acknowledged and dropped. */
export const batch = z.strictObject({ t: z.literal('batch'), seq: z.int().nonnegative(), body: batchBody });

export const fromAgent = z.discriminatedUnion('t', [
  hello,
  heartbeat,
  ack,
  started,
  receiptFrame,
  cosign,
  forkAlarm,
  journalPage,
  batch,
]);
export type FromAgent = z.infer<typeof fromAgent>;
export type Batch = z.infer<typeof batch>;
export type BatchBody = z.infer<typeof batchBody>;

/** Signed by privd for 'muster/report/v1' and sent as the last batch. */
export const uninstallReport = z.strictObject({
  v: z.literal(1),
  server: uuid,
  at: timestamp,
  restored: z.array(hostText(200)).max(200),
  left: z.array(hostText(200)).max(200),
});
