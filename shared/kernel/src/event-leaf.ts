// What an event's Merkle leaf is made of. Body and meta come in as their hashes, so that who, what and when can be
// proved to somebody who may not read them, and stay provable after a body was erased.
// The same layout is written in SQL: es.leaf_hash. Numbers are big-endian; text is UTF-8 after its length (4 bytes).
import { hexDigit, utf8 } from './bytes.ts';
import { LEAF_PREFIX, type Hash } from './merkle.ts';

export interface EventLeaf {
  eventId: string;
  tenantId: string;
  streamId: string;
  streamVersion: number;
  type: string;
  schemaVersion: number;
  /** Microseconds since 1970. */
  recordedMicros: bigint;
  /** SHA-256 of the canonical bytes. */
  metaHash: Uint8Array;
  bodyHash: Uint8Array;
}

const DOMAIN = utf8('muster/event/v1\0');

const encoder = new TextEncoder();
/** A character is at most this many bytes of UTF-8. */
const WIDEST = 3;
const FIXED = 1 + DOMAIN.length + 16 + 16 + 18 + 4 + 4 + 32 + 32;

// One buffer for every leaf: verifying a ledger makes millions of them, and the hash does not keep its input.
let buffer = new Uint8Array(1024);
let view = new DataView(buffer.buffer);

/** `hash` must not keep the bytes that it is given. */
export function eventLeafHash(hash: Hash, leaf: EventLeaf): Uint8Array {
  const atMost = FIXED + WIDEST * (leaf.streamId.length + leaf.type.length);
  if (buffer.length < atMost) {
    buffer = new Uint8Array(atMost);
    view = new DataView(buffer.buffer);
  }
  buffer[0] = LEAF_PREFIX;
  buffer.set(DOMAIN, 1);
  let at = 1 + DOMAIN.length;
  at = putUuid(leaf.eventId, at);
  at = putUuid(leaf.tenantId, at);
  view.setBigInt64(at, BigInt(leaf.streamVersion));
  view.setInt16(at + 8, leaf.schemaVersion);
  view.setBigInt64(at + 10, leaf.recordedMicros);
  at = putCounted(leaf.streamId, at + 18);
  at = putCounted(leaf.type, at);
  buffer.set(leaf.metaHash, at);
  buffer.set(leaf.bodyHash, at + leaf.metaHash.length);
  return hash(buffer.subarray(0, at + leaf.metaHash.length + leaf.bodyHash.length));
}

function putCounted(text: string, at: number): number {
  const { written } = encoder.encodeInto(text, buffer.subarray(at + 4));
  view.setUint32(at, written);
  return at + 4 + written;
}

function putUuid(uuid: string, at: number): number {
  const dash = 45;
  let end = at;
  for (let i = 0; i + 1 < uuid.length && end < at + 16; i += 2) {
    if (uuid.charCodeAt(i) === dash) i++;
    buffer[end++] = (hexDigit(uuid.charCodeAt(i)) << 4) | hexDigit(uuid.charCodeAt(i + 1));
  }
  if (end !== at + 16 || uuid.length !== 36) throw new TypeError(`${uuid.slice(0, 40)} is not an id`);
  return end;
}
