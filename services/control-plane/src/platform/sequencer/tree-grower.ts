// Grows the Merkle tree over the ledger and signs a checkpoint of it. Before the first signature, and whenever another
// sequencer has signed meanwhile, it recomputes the last signed roots from the stored tiles; if one of them comes out
// different, history was changed and nothing is signed any more.
import { sha256 } from '@muster/kernel/hashing';
import { equalBytes, fromBase64, fromHex, toHex } from '@muster/kernel/bytes';
import { signCheckpoint } from '@muster/kernel/checkpoint';
import { epochOf, sameLog } from '@muster/kernel/log-origin';
import { rootOf } from '@muster/kernel/merkle';
import type { SigningKey } from '@muster/kernel/signing';
import { nodesFromTiles, tilesOfRanges, TreeEdge, type Tile, type TileId } from '@muster/kernel/tiles';
import { sign } from 'node:crypto';
import type { Pool } from 'pg';
import type { SignedMarkFile } from './signed-mark.ts';

/** The stored tree is not the one that was signed. */
export class InconsistentLog extends Error {
  override readonly name = 'InconsistentLog';
}

const LEAVES_AT_ONCE = 20_000;

export class TreeGrower {
  readonly #pool: Pool;
  readonly #key: SigningKey;
  readonly #mark: SignedMarkFile;
  #edge: TreeEdge | undefined;

  constructor(pool: Pool, key: SigningKey, mark: SignedMarkFile) {
    this.#pool = pool;
    this.#key = key;
    this.#mark = mark;
  }

  /** Returns the new signed size, or null when there was nothing new. Throws InconsistentLog. */
  async grow(): Promise<number | null> {
    const { origin, size, treeSize } = await this.#state();
    if (this.#edge?.size !== treeSize) this.#edge = await this.#load(origin, treeSize);
    const edge = this.#edge;
    if (size === treeSize) return null;
    // Until the database has accepted what follows, nobody knows whether this edge is the tree's.
    this.#edge = undefined;
    await this.#appendLeaves(edge, size);
    const root = edge.root();
    this.#mark.write({ origin, size, root: toHex(root) });
    const note = signCheckpoint(sha256, { origin, size, root }, fromBase64(this.#key.publicKey), (message) =>
      sign(null, message, this.#key.privateKey),
    );
    const tiles = edge.takeGrownTiles();
    const { rows } = await this.#pool.query<{ stored: boolean }>(
      'select es.grow_tree($1, $2, $3, $4, $5, $6, $7) as stored',
      [
        treeSize,
        size,
        tiles.map((tile) => tile.level),
        tiles.map((tile) => tile.index),
        tiles.map((tile) => Buffer.from(tile.hashes)),
        Buffer.from(root),
        note,
      ],
    );
    if (rows[0]?.stored !== true) return null;
    this.#edge = edge;
    return size;
  }

  async #state(): Promise<{ origin: string; size: number; treeSize: number }> {
    const { rows } = await this.#pool.query<{ origin: string; size: string; tree_size: string }>(
      'select l.origin, l.size, t.size as tree_size from es.log_state l cross join es.tree_state t',
    );
    const [row] = rows;
    if (row === undefined) throw new Error('es.log_state is empty');
    return { origin: row.origin, size: Number(row.size), treeSize: Number(row.tree_size) };
  }

  async #appendLeaves(edge: TreeEdge, size: number): Promise<void> {
    while (edge.size < size) {
      const from = edge.size;
      const to = Math.min(size, from + LEAVES_AT_ONCE);
      const { rows } = await this.#pool.query<{ leaf_hash: Buffer }>({
        name: 'es.leaves',
        text: 'select leaf_hash from es.ledger where position >= $1 and position < $2 order by position',
        values: [from, to],
      });
      if (rows.length !== to - from) {
        throw new InconsistentLog(
          `positions ${from} to ${to - 1} should be ${to - from} events, there are ${rows.length}`,
        );
      }
      for (const row of rows) edge.append(row.leaf_hash);
    }
  }

  async #load(origin: string, treeSize: number): Promise<TreeEdge> {
    const edge = new TreeEdge(sha256, treeSize, await this.#tiles(TreeEdge.edgesOf(treeSize)));
    if (treeSize > 0) await this.#checkAgainst(edge, treeSize);
    const mark = this.#mark.read();
    if (mark !== null) await this.#checkMark(mark, origin, treeSize);
    return edge;
  }

  async #checkAgainst(edge: TreeEdge, treeSize: number): Promise<void> {
    const { rows } = await this.#pool.query<{ root: Buffer }>('select root from es.checkpoints where size = $1', [
      treeSize,
    ]);
    if (rows[0] === undefined || !equalBytes(rows[0].root, edge.root())) {
      throw new InconsistentLog(`the stored tree of ${treeSize} events is not the one whose checkpoint was signed`);
    }
  }

  async #checkMark(
    mark: { origin: string; size: number; root: string },
    origin: string,
    treeSize: number,
  ): Promise<void> {
    // The keyset that root signed names this epoch (es.name_log compared them at the start), so what was signed in an
    // earlier one no longer binds: the database was restored. Back to an earlier epoch there is no way.
    if (sameLog(mark.origin, origin) && epochOf(mark.origin) < epochOf(origin)) return;
    if (mark.origin !== origin) {
      throw new InconsistentLog(`this machine signed the log ${mark.origin}; the database holds ${origin}`);
    }
    // A checkpoint may have been signed here and lost on its way: then the events it covers must still come.
    if (mark.size > treeSize) return this.#checkLostCheckpoint(mark, treeSize);
    const tiles = await this.#tiles(tilesOfRanges([{ begin: 0, end: mark.size }]));
    if (!equalBytes(rootOf(sha256, nodesFromTiles(sha256, tiles), mark.size), fromHex(mark.root))) {
      throw new InconsistentLog(`the tree at ${mark.size} events is not the one this machine signed`);
    }
  }

  async #checkLostCheckpoint(mark: { size: number; root: string }, treeSize: number): Promise<void> {
    const edge = new TreeEdge(sha256, treeSize, await this.#tiles(TreeEdge.edgesOf(treeSize)));
    const { size } = await this.#state();
    if (size < mark.size) {
      throw new InconsistentLog(
        `this machine signed ${mark.size} events, the database holds ${size}: it is older than what was signed`,
      );
    }
    await this.#appendLeaves(edge, mark.size);
    if (!equalBytes(edge.root(), fromHex(mark.root))) {
      throw new InconsistentLog(`the first ${mark.size} events are not those this machine signed`);
    }
  }

  async #tiles(ids: readonly TileId[]): Promise<Tile[]> {
    const { rows } = await this.#pool.query<{ level: number; index: string; hashes: Buffer }>(
      `select t.level, t.index, t.hashes from es.tiles t
       join unnest($1::smallint[], $2::bigint[]) as wanted(level, index) on t.level = wanted.level and t.index = wanted.index`,
      [ids.map((id) => id.level), ids.map((id) => id.index)],
    );
    return rows.map((row) => ({ level: row.level, index: Number(row.index), hashes: row.hashes }));
  }
}
