// The installation's secrets.key and its predecessors. The database is told first and the file changes after: whenever this
// is cut off, the file that lies there opens the database.
import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SecretKeyRetired, SecretKeyRotated } from '@muster/contracts/audit';
import { eventOf } from '@muster/control-plane/platform/cqrs/event-of';
import type { NewEvent } from '@muster/control-plane/platform/event-store/index';
import {
  alsoWrapUnder,
  openMasterKey,
  retireAllBut,
  WrappingKey,
} from '@muster/control-plane/platform/personal-data/data-key';
import pg from 'pg';
import { UsageError } from '../commands/failure.ts';
import { writePrivate } from '../installation/private-file.ts';
import { HostLedger } from './host-ledger.ts';

const FILE = 'secrets.key';
const OLDER = /^secrets-[0-9a-f]{16}\.key$/;

export async function rotateSecrets(
  url: string,
  installation: string,
): Promise<{ from: string; to: string; kept: string }> {
  return withPool(url, async (pool, record) => {
    const path = join(installation, FILE);
    const text = readFileSync(path, 'utf8');
    const old = new WrappingKey(text, path);
    await openMasterKey(pool, old);
    const made = randomBytes(32).toString('base64');
    const next = new WrappingKey(made, path);
    await alsoWrapUnder(pool, old, next);
    const kept = join(installation, `secrets-${old.id}.key`);
    await writePrivate(kept, text);
    await writePrivate(path, made);
    await record(eventOf(SecretKeyRotated, { from: old.id, to: next.id }));
    return { from: old.id, to: next.id, kept };
  });
}

export async function retireSecrets(url: string, installation: string): Promise<string[]> {
  return withPool(url, async (pool, record) => {
    const retired = await retireAllBut(pool, WrappingKey.fromFile(join(installation, FILE)));
    for (const id of retired) await record(eventOf(SecretKeyRetired, { id }));
    return retired;
  });
}

/** The id of the older key that opened it; null when there was no need. */
export async function rewrapSecrets(url: string, installation: string): Promise<string | null> {
  return withPool(url, async (pool) => {
    const present = WrappingKey.fromFile(join(installation, FILE));
    const { rows } = await pool.query<{ wrapping_key: string }>('select wrapping_key from vault.data_keys');
    const ids = new Set(rows.map((row) => row.wrapping_key));
    if (ids.size === 0 || ids.has(present.id)) return null;
    for (const file of readdirSync(installation).filter((name) => OLDER.test(name))) {
      const older = WrappingKey.fromFile(join(installation, file));
      if (!ids.has(older.id)) continue;
      await alsoWrapUnder(pool, older, present);
      return older.id;
    }
    throw new UsageError(
      `What is sealed is under ${[...ids].join(', ')}, and no secrets-….key in ${installation} is one of these. Put it there.`,
    );
  });
}

async function withPool<T>(
  url: string,
  act: (pool: pg.Pool, record: (event: NewEvent) => Promise<void>) => Promise<T>,
): Promise<T> {
  const pool = new pg.Pool({ connectionString: url, max: 2, application_name: 'muster-secrets' });
  try {
    return await act(pool, async (event) => {
      const ledger = new HostLedger(pool);
      await ledger.append('secret-keys', 'secret-keys', [event]);
      await ledger.close();
    });
  } finally {
    await pool.end();
  }
}
