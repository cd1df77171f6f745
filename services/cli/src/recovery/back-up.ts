// A backup, and the event that says so: in the ledger that goes on, not in the one that was written away.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BackupTaken } from '@muster/contracts/audit';
import { eventOf } from '@muster/control-plane/platform/cqrs/event-of';
import { sha256Hex } from '@muster/kernel/hashing';
import pg from 'pg';
import { HostLedger } from './host-ledger.ts';
import { takeBackup } from './take-backup.ts';

export interface BackUp {
  readonly url: string;
  readonly installation: string;
  readonly to: string;
  readonly now: Date;
}

export async function backUp({
  url,
  installation,
  to,
  now,
}: BackUp): Promise<{ rows: number; bytes: number; size: number }> {
  const { backupId, tables, checkpoint } = await takeBackup({ url, keys: join(installation, 'keys'), to, now });
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
  const { origin, size, root } = checkpoint;
  const pool = new pg.Pool({ connectionString: url, max: 1, application_name: 'muster-backup' });
  try {
    const ledger = new HostLedger(pool);
    const manifest = sha256Hex(await readFile(join(to, 'manifest.json')));
    await ledger.append('backups', 'backups', [
      eventOf(BackupTaken, { backupId, origin, size, root, rows, bytes, manifest }),
    ]);
    await ledger.close();
  } finally {
    await pool.end();
  }
  return { rows, bytes, size };
}
