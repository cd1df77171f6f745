// The first words of a restored ledger: root states from where it goes on, nothing is dispatched until servers have shown
// their journals, and what must not come back to life with an older database is ended.
import { signedEpoch, type EpochStatement, type Keyset, type SignedKeyset } from '@muster/contracts/agent';
import { EpochBegun } from '@muster/contracts/audit';
import { DispatchHeld } from '@muster/contracts/operations';
import { EnrolmentCancelled } from '@muster/contracts/servers';
import { eventOf } from '@muster/control-plane/platform/cqrs/event-of';
import { EPOCH_STREAM, signEpoch, signKeyset } from '@muster/control-plane/platform/keys/epochs';
import { publishKeyset } from '@muster/control-plane/platform/keys/publish-keyset';
import { MerkleFrontier } from '@muster/kernel/merkle';
import { toHex } from '@muster/kernel/bytes';
import { sha256 } from '@muster/kernel/hashing';
import { newId } from '@muster/kernel/ids';
import { originOfEpoch } from '@muster/kernel/log-origin';
import type { SigningKey } from '@muster/kernel/signing';
import type pg from 'pg';
import { HostLedger } from './host-ledger.ts';
import type { Manifest } from './manifest.ts';

export interface BeginEpoch {
  readonly pool: pg.Pool;
  readonly manifest: Manifest;
  readonly root: SigningKey;
  /** The keyset that servers hold now. */
  readonly held: { readonly signed: SignedKeyset; readonly keyset: Keyset };
  readonly epoch: number;
  readonly now: Date;
}

/** Answers the keyset of the new epoch: whoever restores puts it where processes read it. */
export async function beginEpoch({ pool, manifest, root, held, epoch, now }: BeginEpoch): Promise<SignedKeyset> {
  const origin = originOfEpoch(held.keyset.origin, epoch);
  const keyset: Keyset = { ...held.keyset, origin, serial: held.keyset.serial + 1, issuedAt: now.toISOString() };
  const next = signKeyset(keyset, root);
  const tree = await restoredTree(pool);
  const statement: EpochStatement = {
    v: 1,
    epoch,
    origin,
    previous: { origin: manifest.checkpoint.origin, ...tree },
    begunAt: now.toISOString(),
    backupTakenAt: manifest.takenAt,
  };
  const signed = signedEpoch.parse(signEpoch(statement, root));
  await pool.query('update es.log_state set origin = $1', [origin]);
  const ledger = new HostLedger(pool);
  // Keysets of the time of the backup and of now: without them nobody could verify what was signed in between.
  for (const one of [manifest.keyset, held.signed]) await publishKeyset(ledger.store, one);
  await ledger.append(EPOCH_STREAM, 'epochs', [
    eventOf(EpochBegun, {
      epoch,
      origin,
      previousOrigin: manifest.checkpoint.origin,
      size: tree.size,
      backupId: manifest.backupId,
      backupTakenAt: manifest.takenAt,
      ...signed,
    }),
  ]);
  await publishKeyset(ledger.store, next);
  const holdId = newId();
  await ledger.append(`recovery-${holdId}`, 'recovery', [
    eventOf(DispatchHeld, { holdId, reason: 'restore', epoch, backupTakenAt: manifest.takenAt, size: tree.size }),
  ]);
  await endWhatWasOpen(pool, ledger);
  await ledger.close();
  return next;
}

/** Size and root over everything that has a position. */
async function restoredTree(pool: pg.Pool): Promise<{ size: number; root: string }> {
  const tree = new MerkleFrontier(sha256);
  for (;;) {
    const { rows } = await pool.query<{ leaf_hash: Buffer }>(
      'select leaf_hash from es.ledger where position >= $1 order by position limit 50000',
      [tree.size],
    );
    if (rows.length === 0) return { size: tree.size, root: toHex(tree.root()) };
    for (const { leaf_hash } of rows) tree.append(leaf_hash);
  }
}

/** Sessions that were ended and tokens that were used since the backup would work again: everybody signs in anew. */
async function endWhatWasOpen(pool: pg.Pool, ledger: HostLedger): Promise<void> {
  await pool.query('update muster.access_sessions set ended_at = now() where ended_at is null');
  const { rows } = await pool.query<{ enrolment_id: string }>(
    `select enrolment_id from muster.servers_enrolments
     where server_id is null and cancelled_at is null and expires_at > now()`,
  );
  for (const { enrolment_id: enrolmentId } of rows) {
    await ledger.append(`enrolment-${enrolmentId}`, 'enrolment', [eventOf(EnrolmentCancelled, { enrolmentId })]);
  }
}
