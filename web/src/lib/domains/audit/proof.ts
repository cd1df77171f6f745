// The proof of one entry, recomputed in the reader's browser (RFC 6962 §2.1, C2SP tlog-checkpoint and signed-note).
// Nothing here trusts the control plane: it only gets hashes from it, and a key whose name the reader can compare.
import { GetProof } from '@muster/contracts/audit';
import { equalBytes, concatBytes, fromBase64, fromHex, toBase64, toHex, utf8 } from '@muster/kernel/bytes';
import { eventLeafHash } from '@muster/kernel/event-leaf';
import { sha256 } from '@noble/hashes/sha2.js';
import type { z } from 'zod';

export type ProofAnswer = z.output<typeof GetProof.output>;
export type Leaf = ProofAnswer['leaf'];

const NODE = new Uint8Array([1]);

/** The leaf hash of an event; the same bytes as `es.leaf_hash` in the database. */
export function leafHash(leaf: Leaf): Uint8Array {
  return eventLeafHash(sha256, {
    ...leaf,
    recordedMicros: BigInt(leaf.recordedMicros),
    metaHash: fromHex(leaf.metaHash),
    bodyHash: fromHex(leaf.bodyHash),
  });
}

/** A neighbour on the way up: the entries it stands for, and on which side of us it is. */
export interface Neighbour {
  readonly side: 'left' | 'right';
  /** First and last entry under this hash. */
  readonly from: number;
  readonly to: number;
}

/** The neighbours of an entry in a tree of `size` leaves, from the leaf up (RFC 6962 §2.1.1). */
export function neighboursOf(position: number, size: number): Neighbour[] {
  if (position < 0 || position >= size) throw new RangeError(`Entry ${position} is not in a ledger of ${size}`);
  const down: Neighbour[] = [];
  let start = 0;
  let width = size;
  while (width > 1) {
    let half = 1;
    while (half * 2 < width) half *= 2;
    if (position - start < half) {
      down.push({ side: 'right', from: start + half, to: start + width - 1 });
      width = half;
    } else {
      down.push({ side: 'left', from: start, to: start + half - 1 });
      start += half;
      width -= half;
    }
  }
  return down.reverse();
}

/** The root that an entry and its path lead to. Throws RangeError when the path has the wrong length. */
export function rootFrom(leaf: Uint8Array, position: number, size: number, path: readonly Uint8Array[]): Uint8Array {
  const neighbours = neighboursOf(position, size);
  if (neighbours.length !== path.length)
    throw new RangeError(
      `A proof in a ledger of ${size} needs ${neighbours.length} hashes, this one has ${path.length}`,
    );
  return neighbours.reduce((hash, neighbour, index) => {
    const other = path[index] ?? new Uint8Array();
    return sha256(neighbour.side === 'left' ? concatBytes(NODE, other, hash) : concatBytes(NODE, hash, other));
  }, leaf);
}

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
  /** What is signed: everything up to the blank line. */
  readonly text: string;
  readonly signatures: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

/** Reads a C2SP checkpoint. Throws TypeError with a sentence when it is not one. */
export function parseCheckpoint(note: string): Checkpoint {
  const split = note.lastIndexOf('\n\n');
  if (split < 0) throw new TypeError('The signed head has no signature');
  const text = note.slice(0, split + 1);
  const [origin, sizeText, rootText] = text.split('\n');
  if (origin === undefined || sizeText === undefined || rootText === undefined || !/^(0|[1-9]\d*)$/.test(sizeText))
    throw new TypeError('The signed head is not a checkpoint');
  const signatures = note
    .slice(split + 2)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const match = /^— (\S+) (\S+)$/.exec(line);
      if (match === null) throw new TypeError('The signed head has a line that is no signature');
      return { name: match[1] ?? '', bytes: fromBase64(match[2] ?? '') };
    });
  return { origin, size: Number(sizeText), root: fromBase64(rootText), text, signatures };
}

/** The four bytes that name a key in a signed note. */
export function noteKeyHash(name: string, publicKey: Uint8Array): Uint8Array {
  return sha256(concatBytes(utf8(name), new Uint8Array([0x0a, 0x01]), publicKey)).slice(0, 4);
}

/** True when one of the note's signatures is this key's. */
export async function isSignedBy(checkpoint: Checkpoint, publicKey: Uint8Array): Promise<boolean> {
  const key = await crypto.subtle.importKey('raw', new Uint8Array(publicKey), 'Ed25519', false, ['verify']);
  const signed = utf8(checkpoint.text);
  for (const { name, bytes } of checkpoint.signatures) {
    if (bytes.length !== 68 || !equalBytes(bytes.slice(0, 4), noteKeyHash(name, publicKey))) continue;
    if (await crypto.subtle.verify('Ed25519', key, new Uint8Array(bytes.slice(4)), signed)) return true;
  }
  return false;
}

export type CheckName = 'leaf' | 'path' | 'head' | 'signature';

export interface Verdict {
  readonly proven: boolean;
  /** The first thing that is wrong, in words; null when everything is right. */
  readonly wrong: { readonly check: CheckName; readonly why: string } | null;
  readonly neighbours: readonly (Neighbour & { readonly hash: string })[];
  readonly root: string;
  readonly hashes: number;
  readonly tookMs: number;
}

/** Recomputes the whole chain: content → leaf → neighbours → root → signed head → signature. */
export async function verifyProof(answer: ProofAnswer): Promise<Verdict> {
  const began = performance.now();
  const { position, checkpoint } = answer;
  const fail = (check: CheckName, why: string, root = ''): Verdict => ({
    proven: false,
    wrong: { check, why },
    neighbours: [],
    root,
    hashes: 0,
    tookMs: performance.now() - began,
  });

  const leaf = leafHash(answer.leaf);
  if (toHex(leaf) !== answer.leafHash)
    return fail('leaf', 'The entry’s content does not have the hash that the ledger holds');
  let root: Uint8Array;
  let neighbours: Neighbour[];
  try {
    neighbours = neighboursOf(position, checkpoint.size);
    root = rootFrom(leaf, position, checkpoint.size, answer.path.map(fromHex));
  } catch (cause) {
    return fail('path', cause instanceof Error ? cause.message : 'The path cannot be followed');
  }
  let head: Checkpoint;
  try {
    head = parseCheckpoint(checkpoint.note);
  } catch (cause) {
    return fail('head', cause instanceof Error ? cause.message : 'The signed head cannot be read', toHex(root));
  }
  if (head.size !== checkpoint.size || !equalBytes(head.root, root))
    return fail('head', 'The hashes lead to another head than the one that is signed', toHex(root));
  if (!(await isSignedBy(head, fromBase64(answer.ledgerKey))))
    return fail('signature', 'The head is not signed by the ledger key', toHex(root));
  return {
    proven: true,
    wrong: null,
    neighbours: neighbours.map((neighbour, index) => ({ ...neighbour, hash: answer.path[index] ?? '' })),
    root: toHex(root),
    hashes: neighbours.length + 1,
    tookMs: performance.now() - began,
  };
}

/** A self-contained proof in the form of C2SP tlog-proof, readable by other tools. */
export function tlogProof(answer: ProofAnswer): string {
  const path = answer.path.map((hash) => toBase64(fromHex(hash)));
  return ['c2sp.org/tlog-proof@v1', `index ${answer.position}`, ...path, '', answer.checkpoint.note].join('\n');
}
