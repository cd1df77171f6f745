// Tiles hold the same tree as the hashes they were made of, however it grew and wherever its growth was interrupted.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toHex, utf8 } from './bytes.ts';
import { sha256 } from './hashing.ts';
import {
  consistencyProof,
  consistencyRanges,
  inclusionProof,
  inclusionRanges,
  leafHash,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts';
import { nodesFromTiles, tilePath, tilesOfRanges, TreeEdge, type Tile } from './tiles.ts';

const LEAVES = Array.from({ length: 70_000 }, (_, i) => leafHash(sha256, utf8(String(i))));

function grow(sizes: readonly number[]): { tiles: Map<string, Tile>; roots: Uint8Array[] } {
  const tiles = new Map<string, Tile>();
  const roots: Uint8Array[] = [];
  let size = 0;
  for (const next of sizes) {
    const edges = TreeEdge.edgesOf(size).map(({ level, index }) => tiles.get(`${level}/${index}`));
    const edge = new TreeEdge(
      sha256,
      size,
      edges.filter((tile) => tile !== undefined),
    );
    for (const leaf of LEAVES.slice(size, next)) edge.append(leaf);
    for (const tile of edge.takeGrownTiles()) {
      const before = tiles.get(`${tile.level}/${tile.index}`);
      if (before !== undefined) expect(toHex(tile.hashes).startsWith(toHex(before.hashes))).toBe(true);
      tiles.set(`${tile.level}/${tile.index}`, tile);
    }
    roots.push(edge.root());
    size = next;
  }
  return { tiles, roots };
}

test('proofs read from tiles verify, across the borders of tiles and levels', () => {
  const sizes = [1, 255, 256, 257, 511, 512, 5_000, 65_535, 65_536, 65_537, 66_000, 70_000];
  const { tiles, roots } = grow(sizes);
  const nodes = nodesFromTiles(sha256, tiles.values());
  sizes.forEach((size, i) => {
    const root = roots[i] ?? new Uint8Array();
    expect(toHex(rootOf(sha256, nodes, size))).toBe(toHex(root));
    for (const index of [0, Math.floor(size / 3), size - 1]) {
      const needed = tilesOfRanges(inclusionRanges(index, size)).map(({ level, index: at }) =>
        tiles.get(`${level}/${at}`),
      );
      const few = nodesFromTiles(
        sha256,
        needed.filter((tile) => tile !== undefined),
      );
      const proof = inclusionProof(sha256, few, index, size);
      expect(verifyInclusion(sha256, LEAVES[index] ?? root, index, size, proof, root)).toBe(true);
    }
    const from = sizes[i - 1] ?? 1;
    const needed = tilesOfRanges(consistencyRanges(from, size)).map(({ level, index }) =>
      tiles.get(`${level}/${index}`),
    );
    const proof = consistencyProof(
      sha256,
      nodesFromTiles(
        sha256,
        needed.filter((tile) => tile !== undefined),
      ),
      from,
      size,
    );
    expect(verifyConsistency(sha256, from, roots[i - 1] ?? root, size, root, proof)).toBe(true);
  });
});

test('the tree does not depend on the steps in which it grew', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 }), (steps) => {
      let size = 0;
      const sizes = steps.map((step) => (size += step));
      const stepwise = grow(sizes);
      const atOnce = grow([size]);
      expect(stepwise.roots.at(-1)).toEqual(atOnce.roots.at(-1));
      expect([...stepwise.tiles.keys()].sort()).toEqual([...atOnce.tiles.keys()].sort());
      for (const [key, tile] of atOnce.tiles) expect(stepwise.tiles.get(key)).toEqual(tile);
    }),
    { numRuns: 30 },
  );
});

test('paths are those of C2SP tlog-tiles', () => {
  expect(tilePath({ level: 0, index: 1_234_067 })).toBe('tile/0/x001/x234/067');
  expect(tilePath({ level: 1, index: 0 }, 7)).toBe('tile/1/000.p/7');
});
