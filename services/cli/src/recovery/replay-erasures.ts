// Somebody who was erased after the backup must not come back with it. The database that is replaced knows, if it is what
// became of the one that was backed up: whoever's key it no longer has was erased in between.
import pg from 'pg';
import type { Manifest } from './manifest.ts';

/** How many keys were deleted again. */
export async function replayErasures(replacedUrl: string, restored: pg.Pool, manifest: Manifest): Promise<number> {
  const replaced = new pg.Client({ connectionString: replacedUrl, application_name: 'muster-restore' });
  await replaced.connect();
  try {
    // An empty or another database knows of nobody; it must not erase everybody.
    if (!(await isLaterThan(manifest, replaced))) return 0;
    const { rows } = await replaced.query<{ subject_id: string }>('select subject_id from vault.subject_keys');
    const { rowCount } = await restored.query('delete from vault.subject_keys where subject_id <> all($1)', [
      rows.map((row) => row.subject_id),
    ]);
    return rowCount ?? 0;
  } finally {
    await replaced.end();
  }
}

/** True when its ledger begins with what was backed up. */
async function isLaterThan({ checkpoint }: Manifest, client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>(
    `select to_regclass('vault.subject_keys') is not null and to_regclass('es.checkpoints') is not null as there`,
  );
  if (rows[0]?.there !== true) return false;
  const { rowCount } = await client.query(`select from es.checkpoints where size = $1 and root = decode($2, 'hex')`, [
    checkpoint.size,
    checkpoint.root,
  ]);
  return rowCount !== 0;
}
