// A signed checkpoint as pages see it, with who witnessed it.
import type { SignedCheckpoint } from '@muster/contracts/ledger';
import { equalBytes, fromBase64, toHex } from '@muster/kernel/bytes';
import { noteKeyHash, parseSignedNote } from '@muster/kernel/checkpoint';
import { sha256 } from '@muster/kernel/hashing';
import { Inject, Injectable } from '@nestjs/common';
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
  ) {}

  /** Newest cosignature of every witness. */
  async witnesses(): Promise<Witness[]> {
    const { rows } = await this.database.pool.query<{ witness_id: string; size: string | number; cosigned_at: Date }>(
      `select distinct on (witness_id) witness_id, size, cosigned_at from es.witness_cosignatures
       order by witness_id, size desc`,
    );
    return rows.map((row) => ({ serverId: row.witness_id, size: Number(row.size), at: row.cosigned_at }));
  }

  /** A witness that cosigned a larger tree has seen that it extends this one. */
  async of(checkpoint: StoredCheckpoint, witnesses: readonly Witness[]): Promise<SignedCheckpoint> {
    const list = await this.lists.newest();
    const counted = list
      ? witnesses.filter(({ serverId }) => list.witnesses.some(({ server }) => server === serverId))
      : witnesses;
    return {
      origin: parseSignedNote(checkpoint.note).checkpoint.origin,
      size: checkpoint.size,
      root: toHex(checkpoint.root),
      note: checkpoint.note,
      keyId: this.ledgerKey(checkpoint.note).id,
      createdAt: checkpoint.createdAt.toISOString(),
      witnessed: counted.filter((witness) => witness.size >= checkpoint.size).length,
      witnesses: list?.witnesses.length ?? witnesses.length,
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
