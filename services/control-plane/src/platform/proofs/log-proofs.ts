// Proofs out of the stored tiles: that an entry is in the signed ledger, and that one size extends another. For the
// audit page, and for the gateway, which shows every heartbeat's witness that the log only grew.
import { sha256 } from '@muster/kernel/hashing';
import {
  consistencyProof,
  consistencyRanges,
  inclusionProof,
  inclusionRanges,
  type NodeHashes,
  type Range,
} from '@muster/kernel/merkle';
import { nodesFromTiles, tilesOfRanges } from '@muster/kernel/tiles';
import type { QueryPool } from '../database/scoped-pool.ts';

export interface StoredCheckpoint {
  size: number;
  root: Uint8Array;
  /** Signed note (C2SP tlog-checkpoint). */
  note: string;
  createdAt: Date;
}

interface CheckpointRow {
  size: string | number;
  root: Buffer;
  note: string;
  created_at: Date;
}

export class LogProofs {
  readonly #pool: QueryPool;

  /** `pool`: as any role that may read the ledger. */
  constructor(pool: QueryPool) {
    this.#pool = pool;
  }

  /** Null before the first signature. */
  async newestCheckpoint(): Promise<StoredCheckpoint | null> {
    const { rows } = await this.#pool.query<CheckpointRow>(
      'select size, root, note, created_at from es.checkpoints order by size desc limit 1',
    );
    const [row] = rows;
    return row === undefined
      ? null
      : { size: Number(row.size), root: row.root, note: row.note, createdAt: row.created_at };
  }

  /** From leaf to root. Throws RangeError when the tree of that size does not hold the position. */
  async inclusion(position: number, size: number): Promise<Uint8Array[]> {
    const nodes = await this.#nodes(inclusionRanges(position, size));
    return inclusionProof(sha256, nodes, position, size);
  }

  /** Throws RangeError when `to` is smaller than `from` or larger than the signed tree. */
  async consistency(from: number, to: number): Promise<Uint8Array[]> {
    const nodes = await this.#nodes(consistencyRanges(from, to));
    return consistencyProof(sha256, nodes, from, to);
  }

  async #nodes(ranges: readonly Range[]): Promise<NodeHashes> {
    const ids = tilesOfRanges(ranges);
    const { rows } = await this.#pool.query<{ level: number; index: string | number; hashes: Buffer }>(
      `select t.level, t.index, t.hashes from es.tiles t
       join unnest($1::smallint[], $2::bigint[]) as wanted(level, index) on t.level = wanted.level and t.index = wanted.index`,
      [ids.map((id) => id.level), ids.map((id) => id.index)],
    );
    return nodesFromTiles(
      sha256,
      rows.map((row) => ({ level: row.level, index: Number(row.index), hashes: row.hashes })),
    );
  }
}
