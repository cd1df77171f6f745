// The tree in tiles of 256 hashes (C2SP tlog-tiles). Tile level L holds the hashes of complete subtrees of 256^L
// leaves, 256 of them in a row; only the last tile of a level may be shorter, and it only ever gets longer.
import { nodeHash, foldSubtrees, nodesOfRange, type Hash, type Node, type NodeHashes, type Range } from './merkle.ts';

export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;
const HASH_BYTES = 32;

export interface TileId {
  level: number;
  index: number;
}
export interface Tile extends TileId {
  /** 1 to 256 hashes, one after the other. */
  hashes: Uint8Array;
}

/** Path below the log's prefix, e.g. `tile/0/x001/x234/067` or `tile/1/000.p/7`. */
export function tilePath({ level, index }: TileId, width = TILE_WIDTH): string {
  const groups = [String(index % 1000).padStart(3, '0')];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    groups.unshift(`x${String(rest % 1000).padStart(3, '0')}`);
  }
  return `tile/${level}/${groups.join('/')}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/** The tile that holds a node of the tree, or the hashes below it. */
export function tileOfNode({ level, index }: Node): TileId {
  const tileLevel = Math.floor(level / TILE_HEIGHT);
  return { level: tileLevel, index: Math.floor((index * 2 ** (level % TILE_HEIGHT)) / TILE_WIDTH) };
}

/** Every tile that is needed for the hashes of these ranges, each once. */
export function tilesOfRanges(ranges: readonly Range[]): TileId[] {
  const tiles = new Map<string, TileId>();
  for (const node of ranges.flatMap(nodesOfRange)) {
    const tile = tileOfNode(node);
    tiles.set(tileKey(tile), tile);
  }
  return [...tiles.values()];
}

/** Reads nodes out of loaded tiles. Throws RangeError for a node they do not hold. */
export function nodesFromTiles(hash: Hash, tiles: Iterable<Tile>): NodeHashes {
  const loaded = new Map<string, Uint8Array>();
  for (const tile of tiles) loaded.set(tileKey(tile), tile.hashes);
  return (level, index) => {
    const tile = tileOfNode({ level, index });
    const width = 2 ** (level % TILE_HEIGHT);
    const offset = (index * width) % TILE_WIDTH;
    const hashes = loaded.get(tileKey(tile));
    if (hashes === undefined || hashes.length < (offset + width) * HASH_BYTES) {
      throw new RangeError(`${tilePath(tile)} is missing or too short`);
    }
    return completeSubtree(hash, hashes, offset, width);
  };
}

/**
 * Grows a tree at its right edge and tells which tiles that made or lengthened.
 * `edges`: the last, incomplete tile of every level, as stored.
 */
export class TreeEdge {
  readonly #hash: Hash;
  /** Per level, the hashes of the tile that is being filled: 0 to 255. */
  readonly #levels: Uint8Array[][] = [];
  #size: number;
  #grown = new Map<string, Tile>();

  constructor(hash: Hash, size: number, edges: readonly Tile[]) {
    this.#hash = hash;
    this.#size = size;
    for (let level = 0, count = size; count > 0; level++, count = Math.floor(count / TILE_WIDTH)) {
      const width = count % TILE_WIDTH;
      const index = Math.floor(count / TILE_WIDTH);
      const stored = width === 0 ? undefined : edges.find((tile) => tile.level === level && tile.index === index);
      if (width > 0 && (stored === undefined || stored.hashes.length < width * HASH_BYTES)) {
        throw new RangeError(`a tree of ${size} leaves needs ${tilePath({ level, index }, width)}`);
      }
      this.#levels.push(stored === undefined ? [] : split(stored.hashes).slice(0, width));
    }
  }

  /** Tiles that the constructor needs for a tree of this size. */
  static edgesOf(size: number): TileId[] {
    const ids: TileId[] = [];
    for (let level = 0, count = size; count > 0; level++, count = Math.floor(count / TILE_WIDTH)) {
      if (count % TILE_WIDTH > 0) ids.push({ level, index: Math.floor(count / TILE_WIDTH) });
    }
    return ids;
  }

  get size(): number {
    return this.#size;
  }

  append(leafHash: Uint8Array): void {
    this.#push(0, leafHash, this.#size);
    this.#size++;
  }

  root(): Uint8Array {
    const subtrees = this.#levels.toReversed().flatMap((hashes) =>
      nodesOfRange({ begin: 0, end: hashes.length }).map(({ level, index }) => {
        const width = 2 ** level;
        return foldComplete(this.#hash, hashes.slice(index * width, (index + 1) * width));
      }),
    );
    return foldSubtrees(this.#hash, subtrees);
  }

  /** Tiles made or lengthened since the last call. */
  takeGrownTiles(): Tile[] {
    for (const [level, hashes] of this.#levels.entries()) {
      const index = Math.floor(Math.floor(this.#size / TILE_WIDTH ** level) / TILE_WIDTH);
      if (hashes.length > 0 && this.#touched.has(level)) this.#note({ level, index, hashes: join(hashes) });
    }
    const tiles = [...this.#grown.values()];
    this.#grown = new Map();
    this.#touched.clear();
    return tiles;
  }

  readonly #touched = new Set<number>();

  #push(level: number, hash: Uint8Array, position: number): void {
    const hashes = (this.#levels[level] ??= []);
    hashes.push(hash);
    this.#touched.add(level);
    if (hashes.length < TILE_WIDTH) return;
    const index = Math.floor(position / TILE_WIDTH);
    this.#note({ level, index, hashes: join(hashes) });
    this.#levels[level] = [];
    this.#push(level + 1, foldComplete(this.#hash, hashes), index);
  }

  #note(tile: Tile): void {
    this.#grown.set(tileKey(tile), tile);
  }
}

function tileKey({ level, index }: TileId): string {
  return `${level}/${index}`;
}

function completeSubtree(hash: Hash, hashes: Uint8Array, offset: number, width: number): Uint8Array {
  return foldComplete(hash, split(hashes.subarray(offset * HASH_BYTES, (offset + width) * HASH_BYTES)));
}

/** The hash over a power of two of hashes. */
function foldComplete(hash: Hash, hashes: readonly Uint8Array[]): Uint8Array {
  let row = hashes;
  while (row.length > 1) {
    const above: Uint8Array[] = [];
    for (let i = 0; i + 1 < row.length; i += 2) above.push(nodeHash(hash, row[i] ?? EMPTY, row[i + 1] ?? EMPTY));
    row = above;
  }
  return row[0] ?? EMPTY;
}

const EMPTY = new Uint8Array();

function split(hashes: Uint8Array): Uint8Array[] {
  return Array.from({ length: hashes.length / HASH_BYTES }, (_, i) =>
    hashes.slice(i * HASH_BYTES, (i + 1) * HASH_BYTES),
  );
}

function join(hashes: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(hashes.length * HASH_BYTES);
  hashes.forEach((hash, i) => joined.set(hash, i * HASH_BYTES));
  return joined;
}
