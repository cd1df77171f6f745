// Merkle trees of RFC 6962: hashing, proofs and their verification. The hash function is handed in, so that Node and
// the browser run the same code. A node of the tree is named by its level (0: leaves) and its index in that level.
import { concatBytes, equalBytes } from './bytes.ts';

/** Must not keep the bytes that it is given: their buffer is used again. */
export type Hash = (bytes: Uint8Array) => Uint8Array;
/** Returns the hash of a complete subtree of 2^level leaves. */
export type NodeHashes = (level: number, index: number) => Uint8Array;

export interface Node {
  level: number;
  index: number;
}
/** Leaves from `begin` up to, not including, `end`. */
export interface Range {
  begin: number;
  end: number;
}

/** RFC 6962 §2.1 */
export const LEAF_PREFIX = 0;
const NODE_PREFIX = 1;
const HASH_BYTES = 32;

export function leafHash(hash: Hash, leaf: Uint8Array): Uint8Array {
  return hash(concatBytes(new Uint8Array([LEAF_PREFIX]), leaf));
}

// One buffer for every node: a hash does not keep its input.
const node = new Uint8Array(1 + 2 * HASH_BYTES);
node[0] = NODE_PREFIX;

export function nodeHash(hash: Hash, left: Uint8Array, right: Uint8Array): Uint8Array {
  if (left.length !== HASH_BYTES || right.length !== HASH_BYTES) {
    return hash(concatBytes(new Uint8Array([NODE_PREFIX]), left, right));
  }
  node.set(left, 1);
  node.set(right, 1 + HASH_BYTES);
  return hash(node);
}

export function emptyRoot(hash: Hash): Uint8Array {
  return hash(new Uint8Array());
}

/** The largest power of two that is smaller than n. Sizes go beyond 32 bits, so there are no bit operations here. */
function splitPoint(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** The complete subtrees a range is made of, from left to right. `begin` must be a multiple of the range's own size class. */
export function nodesOfRange({ begin, end }: Range): Node[] {
  const nodes: Node[] = [];
  for (let at = begin; at < end;) {
    let level = 0;
    let width = 1;
    while (at + width * 2 <= end && at % (width * 2) === 0) {
      width *= 2;
      level++;
    }
    nodes.push({ level, index: at / width });
    at += width;
  }
  return nodes;
}

/** Folds the hashes of subtrees, left to right, into the hash of the tree they are parts of. */
export function foldSubtrees(hash: Hash, hashes: readonly Uint8Array[]): Uint8Array {
  let root: Uint8Array | undefined;
  for (const left of hashes.toReversed()) root = root === undefined ? left : nodeHash(hash, left, root);
  return root ?? emptyRoot(hash);
}

/** A tree that only grows and keeps no more than its complete subtrees: enough for its root, not for proofs. */
export class MerkleFrontier {
  readonly #hash: Hash;
  /** By level; undefined where the size has a zero bit. */
  readonly #subtrees: (Uint8Array | undefined)[] = [];
  #size = 0;

  constructor(hash: Hash) {
    this.#hash = hash;
  }

  get size(): number {
    return this.#size;
  }

  append(leaf: Uint8Array): void {
    let subtree = leaf;
    let level = 0;
    for (;;) {
      const left = this.#subtrees[level];
      if (left === undefined) break;
      subtree = nodeHash(this.#hash, left, subtree);
      this.#subtrees[level++] = undefined;
    }
    this.#subtrees[level] = subtree;
    this.#size++;
  }

  root(): Uint8Array {
    return foldSubtrees(this.#hash, this.#subtrees.filter((subtree) => subtree !== undefined).reverse());
  }
}

export function rangeHash(hash: Hash, nodes: NodeHashes, range: Range): Uint8Array {
  return foldSubtrees(
    hash,
    nodesOfRange(range).map(({ level, index }) => nodes(level, index)),
  );
}

export function rootOf(hash: Hash, nodes: NodeHashes, size: number): Uint8Array {
  return rangeHash(hash, nodes, { begin: 0, end: size });
}

/** The ranges whose hashes are the inclusion proof of a leaf, in the proof's order (RFC 6962 §2.1.1, PATH). */
export function inclusionRanges(index: number, size: number): Range[] {
  if (!(Number.isSafeInteger(index) && index >= 0 && index < size)) {
    throw new RangeError(`leaf ${index} is not in a tree of ${size}`);
  }
  const ranges: Range[] = [];
  let begin = 0;
  let end = size;
  while (end - begin > 1) {
    const middle = begin + splitPoint(end - begin);
    if (index < middle) {
      ranges.push({ begin: middle, end });
      end = middle;
    } else {
      ranges.push({ begin, end: middle });
      begin = middle;
    }
  }
  return ranges.reverse();
}

/** The ranges whose hashes prove that a tree of `to` leaves extends one of `from` (RFC 6962 §2.1.2, PROOF). */
export function consistencyRanges(from: number, to: number): Range[] {
  if (!(Number.isSafeInteger(from) && from >= 0 && from <= to)) {
    throw new RangeError(`a tree of ${to} leaves cannot extend one of ${from}`);
  }
  if (from === 0 || from === to) return [];
  const ranges: Range[] = [];
  let begin = 0;
  let end = to;
  let complete = true;
  while (from !== end) {
    const middle = begin + splitPoint(end - begin);
    if (from <= middle) {
      ranges.push({ begin: middle, end });
      end = middle;
    } else {
      ranges.push({ begin, end: middle });
      begin = middle;
      complete = false;
    }
  }
  if (!complete) ranges.push({ begin, end });
  return ranges.reverse();
}

export function inclusionProof(hash: Hash, nodes: NodeHashes, index: number, size: number): Uint8Array[] {
  return inclusionRanges(index, size).map((range) => rangeHash(hash, nodes, range));
}

export function consistencyProof(hash: Hash, nodes: NodeHashes, from: number, to: number): Uint8Array[] {
  return consistencyRanges(from, to).map((range) => rangeHash(hash, nodes, range));
}

/** RFC 9162 §2.1.3.2. `leaf` is the leaf's hash. */
export function verifyInclusion(
  hash: Hash,
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return false;
  let node = index;
  let last = size - 1;
  let computed = leaf;
  for (const sibling of proof) {
    if (last === 0 || sibling.length !== 32) return false;
    if (node % 2 === 1 || node === last) {
      computed = nodeHash(hash, sibling, computed);
      while (node % 2 === 0 && node !== 0) {
        node /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      computed = nodeHash(hash, computed, sibling);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && equalBytes(computed, root);
}

/** RFC 9162 §2.1.4.2. Every tree extends the empty one, with an empty proof. */
export function verifyConsistency(
  hash: Hash,
  from: number,
  fromRoot: Uint8Array,
  to: number,
  toRoot: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 0 || from > to) return false;
  if (proof.some((node) => node.length !== 32)) return false;
  if (from === 0) return proof.length === 0 && equalBytes(fromRoot, emptyRoot(hash));
  if (from === to) return proof.length === 0 && equalBytes(fromRoot, toRoot);
  const rest = isPowerOfTwo(from) ? [fromRoot, ...proof] : [...proof];
  const first = rest.shift();
  if (first === undefined) return false;
  let node = from - 1;
  let last = to - 1;
  while (node % 2 === 1) {
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  let older = first;
  let newer = first;
  for (const sibling of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      older = nodeHash(hash, sibling, older);
      newer = nodeHash(hash, sibling, newer);
      while (node % 2 === 0 && node !== 0) {
        node /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      newer = nodeHash(hash, newer, sibling);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && equalBytes(older, fromRoot) && equalBytes(newer, toRoot);
}

function isPowerOfTwo(n: number): boolean {
  let power = 1;
  while (power < n) power *= 2;
  return power === n;
}
