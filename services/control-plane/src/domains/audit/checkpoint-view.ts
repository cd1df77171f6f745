// A signed checkpoint as pages see it, with who witnessed it.
import type { SignedCheckpoint } from '@muster/contracts/ledger';
import { equalBytes, fromBase64, toHex } from '@muster/kernel/bytes';
import { noteKeyHash, parseSignedNote } from '@muster/kernel/checkpoint';
import { sha256 } from '@muster/kernel/hashing';
import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../../platform/config/settings.ts';
import { APP_DATABASE, type Connection } from '../../platform/database/database.ts';
import { TRUST, type Trust } from '../../platform/keys/trust.ts';
import type { StoredCheckpoint } from '../../platform/proofs/log-proofs.ts';
import { WitnessLists } from './witnesses/witness-lists.ts';

export interface Witness {
  serverId: string;
  /** Largest size it cosigned. */
  size: number;
  at: Date;
}

@Injectable()
export class CheckpointView {
  constructor(
    @Inject(APP_DATABASE) private readonly database: Connection,
    @Inject(TRUST) private readonly trust: Trust,
    @Inject(WitnessLists) private readonly lists: WitnessLists,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Newest cosignature of every witness. */
  async witnesses(): Promise<Witness[]> {
    const { rows } = await this.database.pool.query<{ witness_id: string; size: string | number; cosigned_at: Date }>(
      `select distinct on (witness_id) witness_id, size, cosigned_at from es.witness_cosignatures
       order by witness_id, size desc`,
    );
    return rows.map((row) => ({ serverId: row.witness_id, size: Number(row.size), at: row.cosigned_at }));
  }

  /** Who vouches for exactly this tree: a witness that cosigned a larger one has seen that it extends this one. */
  of(checkpoint: StoredCheckpoint, witnesses: readonly Witness[]): Promise<SignedCheckpoint> {
    return this.#signed(checkpoint, witnesses, checkpoint.size);
  }

  /**
   * The newest checkpoint with the witnesses that keep up. Checkpoints come every second and witnesses with their
   * heartbeats, so whoever has cosigned what stood three heartbeats ago is not behind.
   */
  async newest(checkpoint: StoredCheckpoint): Promise<SignedCheckpoint> {
    const { rows } = await this.database.pool.query<{ size: string | number | null }>(
      'select max(size) as size from es.checkpoints where created_at < now() - make_interval(secs => $1)',
      [this.settings.MUSTER_HEARTBEAT_SECONDS * 3],
    );
    return this.#signed(checkpoint, await this.witnesses(), Number(rows[0]?.size ?? 1));
  }

  /** Only witnesses that root named count. */
  async #signed(
    checkpoint: StoredCheckpoint,
    witnesses: readonly Witness[],
    keepingUp: number,
  ): Promise<SignedCheckpoint> {
    const list = await this.lists.newest();
    const named = new Set(list?.witnesses.map(({ server }) => server));
    return {
      origin: parseSignedNote(checkpoint.note).checkpoint.origin,
      size: checkpoint.size,
      root: toHex(checkpoint.root),
      note: checkpoint.note,
      keyId: this.ledgerKey(checkpoint.note).id,
      createdAt: checkpoint.createdAt.toISOString(),
      witnessed: witnesses.filter(({ serverId, size }) => named.has(serverId) && size >= keepingUp).length,
      witnesses: named.size,
      quorum: list?.quorum ?? 0,
    };
  }

  /** The key of the keyset that signed this note. */
  ledgerKey(note: string): { id: string; publicKey: string } {
    const { checkpoint, signatures } = parseSignedNote(note);
    const keys = this.trust.keyset.keys.filter((key) => key.use === 'ledger');
    const signer = keys.find((key) => {
      const hash = noteKeyHash(sha256, checkpoint.origin, fromBase64(key.publicKey));
      return signatures.some((signature) => equalBytes(signature.keyHash, hash));
    });
    if (signer === undefined) throw new Error('the newest checkpoint is signed by a key that the keyset does not name');
    return signer;
  }
}
