// Writes a backup: every table as one snapshot saw it, while Muster goes on working. It holds rows, not the schema (the
// release has that), so it can be restored into any PostgreSQL that Muster runs on. It is whole or it is not there.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { appliedVersions } from '@muster/migrations/runner';
import { readKey, readTrust } from '@muster/control-plane/platform/keys/key-store';
import { SOFTWARE } from '@muster/control-plane/platform/cqrs/event-of';
import { parseSignedNote } from '@muster/kernel/checkpoint';
import { newId } from '@muster/kernel/ids';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { UsageError } from '../commands/failure.ts';
import { sealManifest, type Manifest, type TableInBackup } from './manifest.ts';
import { monthsOf, quoted, sequencesOf, tablesOf, type Table } from './tables.ts';

export interface TakeBackup {
  /** As superuser: the vault is nobody else's to read. */
  readonly url: string;
  /** Folder with keyset.json and ledger.key. */
  readonly keys: string;
  /** A folder that does not exist yet. */
  readonly to: string;
  readonly now: Date;
}

export async function takeBackup({ url, keys, to, now }: TakeBackup): Promise<Manifest> {
  const trust = readTrust(keys);
  const key = readKey(keys, 'ledger');
  const unfinished = join(dirname(to), `.${basename(to)}.unfinished`);
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  const client = new pg.Client({ connectionString: url, application_name: 'muster-backup' });
  await client.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    const migrations = await appliedVersions(client);
    if (migrations.length === 0) throw new UsageError('That database holds no Muster.');
    const checkpoint = await newestCheckpoint(client);
    const tables: TableInBackup[] = [];
    for (const table of await tablesOf(client)) tables.push(await writeTable(client, table, unfinished));
    const content: Manifest = {
      v: 1,
      backupId: newId(),
      takenAt: now.toISOString(),
      software: SOFTWARE,
      migrations,
      ledgerSize: checkpoint.ledgerSize,
      checkpoint: checkpoint.signed,
      keyset: trust.signed,
      tables,
      months: await monthsOf(client),
      sequences: await sequencesOf(client),
    };
    await writeWhole(join(unfinished, 'manifest.json'), `${JSON.stringify(sealManifest(content, key))}\n`);
    await rename(unfinished, to);
    return content;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  } finally {
    await client.end();
  }
}

async function newestCheckpoint(client: pg.Client): Promise<{ ledgerSize: number; signed: Manifest['checkpoint'] }> {
  const { rows } = await client.query<{ ledger_size: string; size: string; root: Buffer; note: string }>(
    `select (select size from es.log_state)::text as ledger_size, c.size::text as size, c.root, c.note
     from es.checkpoints c order by c.size desc limit 1`,
  );
  const [row] = rows;
  if (row === undefined)
    throw new UsageError('No checkpoint was signed yet: there is nothing that a restore could prove.');
  const { origin } = parseSignedNote(row.note).checkpoint;
  const signed = { origin, size: Number(row.size), root: row.root.toString('hex'), note: row.note };
  return { ledgerSize: Number(row.ledger_size), signed };
}

async function writeTable(client: pg.Client, { name, columns }: Table, folder: string): Promise<TableInBackup> {
  const list = columns.map((column) => client.escapeIdentifier(column)).join(', ');
  // A query, because COPY of a partitioned table itself gives nothing.
  const rows = client.query(copyTo(`copy (select ${list} from ${quoted(client, name)}) to stdout`));
  const file = `${name}.gz`;
  const path = join(folder, file);
  const sum = createHash('sha256');
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sum.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  await pipeline(rows, createGzip({ level: 6 }), counted, createWriteStream(path, { mode: 0o600, flush: true }));
  return { name, columns: [...columns], rows: rows.rowCount, file, bytes, sha256: sum.digest('hex') };
}

async function writeWhole(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
