// RFC 6962 test vectors (those of Certificate Transparency's reference implementation) and properties that no list of
// examples can show.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from './bytes.ts';
import { sha256 } from './hashing.ts';
import {
  consistencyProof,
  emptyRoot,
  inclusionProof,
  leafHash,
  nodeHash,
  rootOf,
  verifyConsistency,
  verifyInclusion,
  type NodeHashes,
} from './merkle.ts';

const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map(
  fromHex,
);
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

/** MTH as RFC 6962 §2.1 defines it, recursion and all: the independent computation. */
function recursiveRoot(hashes: readonly Uint8Array[]): Uint8Array {
  const [first] = hashes;
  if (first === undefined) return emptyRoot(sha256);
  if (hashes.length === 1) return first;
  const k = 2 ** Math.ceil(Math.log2(hashes.length) - 1);
  return nodeHash(sha256, recursiveRoot(hashes.slice(0, k)), recursiveRoot(hashes.slice(k)));
}

function treeOf(hashes: readonly Uint8Array[]): NodeHashes {
  return (level, index) => recursiveRoot(hashes.slice(index * 2 ** level, (index + 1) * 2 ** level));
}

const hashesOf = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, i) => leafHash(sha256, new TextEncoder().encode(`leaf ${i}`)));

test('roots equal the published vectors', () => {
  const hashes = LEAVES.map((leaf) => leafHash(sha256, leaf));
  expect(ROOTS.map((_, size) => toHex(rootOf(sha256, treeOf(hashes.slice(0, size)), size)))).toEqual(ROOTS);
});

test('inclusion and consistency proofs equal the published vectors', () => {
  const nodes = treeOf(LEAVES.map((leaf) => leafHash(sha256, leaf)));
  expect(inclusionProof(sha256, nodes, 0, 8).map(toHex)).toEqual([
    '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
  ]);
  expect(inclusionProof(sha256, nodes, 1, 5).map(toHex)).toEqual([
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
  ]);
  expect(consistencyProof(sha256, nodes, 1, 8).map(toHex)).toEqual([
    '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
  ]);
  expect(consistencyProof(sha256, nodes, 6, 8).map(toHex)).toEqual([
    '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
    'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  ]);
});

const tree = fc
  .integer({ min: 1, max: 200 })
  .chain((size) => fc.record({ size: fc.constant(size), at: fc.nat(size - 1) }));

describe('for every tree', () => {
  test('each leaf has a proof that verifies, and only for that leaf, place, size and root', () => {
    fc.assert(
      fc.property(tree, fc.nat(31), ({ size, at }, byte) => {
        const hashes = hashesOf(size);
        const root = recursiveRoot(hashes);
        const leaf = hashes[at] ?? root;
        const proof = inclusionProof(sha256, treeOf(hashes), at, size);
        expect(verifyInclusion(sha256, leaf, at, size, proof, root)).toBe(true);
        const flipped = leaf.map((value, i) => (i === byte ? value ^ 1 : value));
        expect(verifyInclusion(sha256, flipped, at, size, proof, root)).toBe(false);
        expect(verifyInclusion(sha256, leaf, at + 1, size, proof, root)).toBe(false);
        expect(verifyInclusion(sha256, leaf, at, size, [...proof, leaf], root)).toBe(false);
        expect(verifyInclusion(sha256, leaf, at, size, proof.slice(1), root)).toBe(size === 1);
      }),
      { numRuns: 150 },
    );
  });

  test('a consistency proof verifies between any two sizes, and not once history was changed', () => {
    fc.assert(
      fc.property(tree, ({ size, at }) => {
        const hashes = hashesOf(size);
        const from = at + 1;
        const proof = consistencyProof(sha256, treeOf(hashes), from, size);
        const older = recursiveRoot(hashes.slice(0, from));
        const newer = recursiveRoot(hashes);
        expect(verifyConsistency(sha256, from, older, size, newer, proof)).toBe(true);
        const rewritten = hashes.map((hash, i) => (i === 0 ? leafHash(sha256, hash) : hash));
        const forged = recursiveRoot(rewritten);
        const forgedProof = consistencyProof(sha256, treeOf(rewritten), from, size);
        expect(verifyConsistency(sha256, from, older, size, forged, forgedProof)).toBe(false);
        expect(verifyConsistency(sha256, from, older, size, newer, [...proof, newer])).toBe(false);
      }),
      { numRuns: 150 },
    );
  });
});
