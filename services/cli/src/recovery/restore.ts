// Restores a backup. Everything is verified before anything changes: the manifest's signature, each file, and then the
// whole ledger as it was loaded, against what was signed. Only then does it take the place of the database in use, in a new
// epoch, with dispatch held.
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RolePasswords } from '@muster/migrations/runner';
import { readTrust } from '@muster/control-plane/platform/keys/key-store';
import { epochOf, sameLog } from '@muster/kernel/log-origin';
import type { SigningKey } from '@muster/kernel/signing';
import pg from 'pg';
import { UsageError } from '../commands/failure.ts';
import { writePrivate } from '../installation/private-file.ts';
import { DatabaseSource } from '../ledger/database-source.ts';
import { Trust } from '../verify/trust.ts';
import { verifyLedger } from '../verify/verify-ledger.ts';
import { beginEpoch } from './begin-epoch.ts';
import { wrongFiles } from './check-files.ts';
import { loadBackup, requireKnownVersions } from './load-backup.ts';
import { openManifest, type Manifest } from './manifest.ts';
import { replayErasures } from './replay-erasures.ts';
import { DatabaseServer } from './swap.ts';

export interface Restore {
  readonly from: string;
  /** As superuser; the database it names is replaced, and kept under another name. */
  readonly url: string;
  /** Folder with keyset.json; gets the one of the new epoch. */
  readonly keys: string;
  readonly root: SigningKey;
  readonly passwords: RolePasswords;
  /** Allows that a database of that name exists. */
  readonly replace: boolean;
  /** For an installation whose own keyset does not know of a later restore. */
  readonly atLeastEpoch: number;
  readonly now: Date;
  readonly say: (sentence: string) => void;
}

export interface Restored {
  readonly epoch: number;
  readonly size: number;
  /** Where the database that was replaced is kept; null when there was none. */
  readonly kept: string | null;
}

export class NotIntact extends Error {
  override readonly name = 'NotIntact';
}

export async function restore(options: Restore): Promise<Restored> {
  const { from, url, keys, root, replace, now, say } = options;
  const held = readTrust(keys);
  if (held.rootKey !== root.publicKey) {
    throw new UsageError('That root key is not the one that the servers of this installation trust.');
  }
  const manifest = openManifest(await readFile(join(from, 'manifest.json'), 'utf8').catch(noManifest), held.rootKey);
  if (!sameLog(manifest.checkpoint.origin, held.keyset.origin)) {
    throw new UsageError(`The backup is of the log ${manifest.checkpoint.origin}, not of ${held.keyset.origin}.`);
  }
  const wrong = await wrongFiles(from, manifest);
  if (wrong.length > 0) throw new NotIntact(`The backup is not intact: ${wrong.join('; ')}. Nothing was changed.`);
  await requireKnownVersions(manifest);
  say(`The backup of ${manifest.takenAt} is intact: ${manifest.tables.length} tables, ${manifest.ledgerSize} events.`);

  const name = decodeURIComponent(new URL(url).pathname.slice(1));
  const prepared = `${name}_restoring`;
  const server = await DatabaseServer.connect(url);
  try {
    const exists = await server.has(name);
    if (exists && !replace) {
      throw new UsageError(`The database ${name} exists. Say --replace to put the backup in its place; it is kept.`);
    }
    if (exists) await server.requireUnused(name);
    await server.drop(prepared);
    await server.create(prepared);
    try {
      const epoch = await prepare(options, manifest, server, prepared, exists ? name : null);
      const kept = exists ? `${name}_before_${now.toISOString().replace(/\D/g, '').slice(0, 14)}` : null;
      if (kept !== null) await server.rename(name, kept);
      await server.rename(prepared, name);
      await writePrivate(join(keys, 'keyset.json'), JSON.stringify(epoch.keyset));
      return { epoch: epoch.number, size: manifest.ledgerSize, kept };
    } catch (error) {
      await server.drop(prepared);
      throw error;
    }
  } finally {
    await server.close();
  }
}

async function prepare(
  { from, keys, root, passwords, atLeastEpoch, now, say }: Restore,
  manifest: Manifest,
  server: DatabaseServer,
  prepared: string,
  replaced: string | null,
): Promise<{ number: number; keyset: object }> {
  const held = readTrust(keys);
  await loadBackup(from, manifest, server.urlOf(prepared), passwords);
  await requireVerified(server.urlOf(prepared), held.rootKey, manifest);
  say('The ledger was recomputed and is the one that was signed.');
  const pool = new pg.Pool({ connectionString: server.urlOf(prepared), max: 2, application_name: 'muster-restore' });
  pool.on('error', () => undefined);
  try {
    if (replaced !== null) {
      const erased = await replayErasures(server.urlOf(replaced), pool, manifest);
      if (erased > 0) say(`${erased} people were erased after the backup; their keys were deleted again.`);
    }
    const number = Math.max(epochOf(manifest.checkpoint.origin) + 1, epochOf(held.keyset.origin) + 1, atLeastEpoch);
    const keyset = await beginEpoch({ pool, manifest, root, held, epoch: number, now });
    return { number, keyset };
  } finally {
    await pool.end();
  }
}

async function requireVerified(url: string, rootKey: string, manifest: Manifest): Promise<void> {
  const trust = new Trust(rootKey);
  trust.add(manifest.keyset);
  const source = await DatabaseSource.open(url);
  try {
    const report = await verifyLedger(source, trust, { outsideCheckpoints: [manifest.checkpoint.note] });
    if (report.ok) return;
    const [first] = report.problems;
    throw new NotIntact(
      `The ledger in the backup does not verify (${first?.what ?? 'no reason'}, position ${String(first?.position)}). Nothing was changed.`,
    );
  } finally {
    await source.close();
  }
}

function noManifest(error: unknown): never {
  throw new UsageError('That folder holds no backup: it has no manifest.json.', { cause: error });
}

/** Passwords of the database's roles, when the installation keeps them. */
export function rolePasswordsOf(installation: string): RolePasswords {
  const path = join(installation, 'database-passwords.json');
  if (!existsSync(path)) return {};
  return (JSON.parse(readFileSync(path, 'utf8')) as { roles: RolePasswords }).roles;
}
