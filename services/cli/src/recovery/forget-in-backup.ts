// Takes the keys of people who were erased since out of a backup. Everything else of it stays as it was; the manifest is
// signed anew, because one of its files is another one now.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { readKey, readTrust } from '@muster/control-plane/platform/keys/key-store';
import type pg from 'pg';
import { UsageError } from '../commands/failure.ts';
import { writePrivate } from '../installation/private-file.ts';
import { wrongFiles } from './check-files.ts';
import { openManifest, sealManifest } from './manifest.ts';

const KEYS = 'vault.subject_keys';

export interface ForgetInBackup {
  readonly folder: string;
  /** Folder with keyset.json and ledger.key. */
  readonly keys: string;
  /** The database in use, which knows who was erased. */
  readonly pool: pg.Pool;
}

/** How many keys were in it. */
export async function forgetInBackup({ folder, keys, pool }: ForgetInBackup): Promise<number> {
  const manifestFile = join(folder, 'manifest.json');
  const text = await readFile(manifestFile, 'utf8').catch(() => {
    throw new UsageError(`${folder} holds no backup: it has no manifest.json.`);
  });
  const manifest = openManifest(text, readTrust(keys).rootKey);
  const wrong = await wrongFiles(folder, manifest);
  if (wrong.length > 0) throw new UsageError(`The backup is not intact: ${wrong.join('; ')}. Nothing was changed.`);
  const table = manifest.tables.find(({ name }) => name === KEYS);
  const column = table?.columns.indexOf('subject_id') ?? -1;
  if (!table || column < 0) throw new UsageError('The backup holds no keys of personal fields.');
  const { rows } = await pool.query<{ subject_id: string }>('select subject_id from vault.erased_subjects');
  const erased = new Set(rows.map((row) => row.subject_id));
  const lines = gunzipSync(await readFile(join(folder, table.file)))
    .toString('utf8')
    .split('\n')
    .filter(Boolean);
  const kept = lines.filter((line) => !erased.has(line.split('\t')[column] ?? ''));
  if (kept.length === lines.length) return 0;
  const bytes = gzipSync(kept.map((line) => `${line}\n`).join(''));
  await writePrivate(join(folder, table.file), bytes);
  const changed = {
    ...table,
    rows: kept.length,
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
  const tables = manifest.tables.map((one) => (one.name === KEYS ? changed : one));
  const signed = sealManifest({ ...manifest, tables }, readKey(keys, 'ledger'));
  await writePrivate(manifestFile, `${JSON.stringify(signed)}\n`);
  return lines.length - kept.length;
}
