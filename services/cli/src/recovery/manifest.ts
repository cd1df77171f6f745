// What a backup says about itself, signed by the ledger key, so that nobody can slip another one under a restore.
import { signed, signedKeyset, type Signed } from '@muster/contracts/agent';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { signFor, verifyFor, type SigningKey } from '@muster/kernel/signing';
import { z } from 'zod';
import { UsageError } from '../commands/failure.ts';
import { Trust } from '../verify/trust.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const size = z.int().nonnegative();

export const tableInBackup = z.strictObject({
  /** `schema.table` */
  name: z.string().regex(/^[a-z_]+\.[a-z0-9_]+$/),
  columns: z.array(z.string().regex(/^[a-z0-9_]+$/)),
  rows: size,
  /** Gzipped text of COPY, beside the manifest. */
  file: z.string().regex(/^[a-z0-9_.]+$/),
  bytes: size,
  sha256: hash,
});
export type TableInBackup = z.infer<typeof tableInBackup>;

export const manifest = z.strictObject({
  v: z.literal(1),
  backupId: z.uuid(),
  takenAt: z.iso.datetime(),
  software: z.string(),
  /** Versions of the schema that the tables are of. */
  migrations: z.array(z.string()).min(1),
  /** Events with a position; those of them that are signed end at the checkpoint. */
  ledgerSize: size,
  checkpoint: z.strictObject({ origin: z.string(), size, root: hash, note: z.string() }),
  /** Names the key that signed this; itself signed by root. */
  keyset: signedKeyset,
  tables: z.array(tableInBackup),
  /** First days of the months that partitioned tables have, by table. */
  months: z.record(z.string(), z.array(z.iso.date())),
  /** Last number given, by sequence. */
  sequences: z.record(z.string(), z.string().regex(/^\d+$/)),
});
export type Manifest = z.infer<typeof manifest>;

export function sealManifest(content: Manifest, key: SigningKey): Signed {
  const bytes = canonicalBytes(content);
  return {
    body: Buffer.from(bytes).toString('base64'),
    signature: signFor('muster/backup/v1', key, bytes),
    keyId: key.keyId,
  };
}

/** Throws UsageError when it is damaged, or not signed by a ledger key that this root named. */
export function openManifest(text: string, rootKey: string): Manifest {
  const sealed = signed.safeParse(parseJson(text));
  if (!sealed.success) throw new UsageError('manifest.json of the backup is damaged.');
  const bytes = Buffer.from(sealed.data.body, 'base64');
  const content = manifest.safeParse(parseJson(bytes.toString('utf8')));
  if (!content.success) throw new UsageError('The backup has a manifest of a form that this release does not know.');
  const trust = new Trust(rootKey);
  if (!trust.add(content.data.keyset)) {
    throw new UsageError('The backup is of another installation: its keyset is not signed by this root key.');
  }
  const isSigned = trust
    .ledgerKeys(content.data.checkpoint.origin)
    .some((key) => verifyFor('muster/backup/v1', key, bytes, sealed.data.signature));
  if (!isSigned) throw new UsageError('The backup’s manifest is not signed by the ledger key of its installation.');
  return content.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
