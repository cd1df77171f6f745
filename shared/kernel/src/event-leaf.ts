// What an event's Merkle leaf is made of. Body and meta come in as their hashes, so that who, what and when can be
// proved to somebody who may not read them, and stay provable after a body was erased.
// The same layout is written in SQL: es.leaf_hash. Numbers are big-endian; text is UTF-8 after its length (4 bytes).
import { concatBytes, fromHex, utf8 } from './bytes.ts';
import { leafHash, type Hash } from './merkle.ts';

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

export function eventLeafBytes(leaf: EventLeaf): Uint8Array {
  const numbers = new DataView(new ArrayBuffer(18));
  numbers.setBigInt64(0, BigInt(leaf.streamVersion));
  numbers.setInt16(8, leaf.schemaVersion);
  numbers.setBigInt64(10, leaf.recordedMicros);
  return concatBytes(
    DOMAIN,
    uuidBytes(leaf.eventId),
    uuidBytes(leaf.tenantId),
    new Uint8Array(numbers.buffer),
    counted(leaf.streamId),
    counted(leaf.type),
    leaf.metaHash,
    leaf.bodyHash,
  );
}

export function eventLeafHash(hash: Hash, leaf: EventLeaf): Uint8Array {
  return leafHash(hash, eventLeafBytes(leaf));
}

function counted(text: string): Uint8Array {
  const bytes = utf8(text);
  const length = new DataView(new ArrayBuffer(4));
  length.setUint32(0, bytes.length);
  return concatBytes(new Uint8Array(length.buffer), bytes);
}

function uuidBytes(uuid: string): Uint8Array {
  const bytes = fromHex(uuid.replaceAll('-', ''));
  if (bytes.length !== 16) throw new TypeError(`${uuid.slice(0, 40)} is not an id`);
  return bytes;
}
