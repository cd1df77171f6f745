// Loads a backup into an empty database: the schema of its time, its rows, and then the schema of this release.
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { knownVersions, migrate, type RolePasswords } from '@muster/migrations/runner';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { UsageError } from '../commands/failure.ts';
import type { Manifest, TableInBackup } from './manifest.ts';
import { ensureMonths, quoted } from './tables.ts';

/** Throws UsageError when the backup is of a newer release. */
export async function requireKnownVersions({ migrations }: Manifest): Promise<void> {
  const known = new Set(await knownVersions());
  const unknown = migrations.filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new UsageError(
    `The backup is of a newer release: this one does not know ${unknown.join(', ')}. Restore it with that release.`,
  );
}

export async function loadBackup(
  folder: string,
  { migrations, tables, months, sequences }: Manifest,
  url: string,
  passwords: RolePasswords,
): Promise<void> {
  await migrate(url, { only: migrations, passwords });
  const client = new pg.Client({ connectionString: url, application_name: 'muster-restore' });
  await client.connect();
  try {
    // Rows come in whatever order; that they fit together was true when the snapshot was taken.
    await client.query(`set session_replication_role = 'replica'`);
    await ensureMonths(client, months);
    for (const table of tables) await loadTable(client, folder, table);
    for (const [name, last] of Object.entries(sequences)) {
      await client.query('select setval($1::regclass, $2::bigint)', [quoted(client, name), last]);
    }
    await client.query('analyze');
  } finally {
    await client.end();
  }
  await migrate(url, { passwords });
}

async function loadTable(
  client: pg.Client,
  folder: string,
  { name, columns, rows, file }: TableInBackup,
): Promise<void> {
  const table = quoted(client, name);
  const { rows: there } = await client.query(`select 1 from ${table} limit 1`);
  // What migrations put there themselves; the backup has its own.
  if (there.length > 0) await client.query(`delete from ${table}`);
  const list = columns.map((column) => client.escapeIdentifier(column)).join(', ');
  const into = client.query(copyFrom(`copy ${table} (${list}) from stdin`));
  await pipeline(createReadStream(join(folder, file)), createGunzip(), into);
  if (into.rowCount !== rows) throw new Error(`${name}: ${into.rowCount} rows were loaded, the backup names ${rows}`);
}
