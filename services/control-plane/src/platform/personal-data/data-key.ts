// Envelope encryption: everything that is sealed at rest hangs on one data key, which never changes and lies in the vault,
// wrapped under the installation's own key. That one comes from a file or a variable and can be replaced: only the
// wrapping is written anew, so nobody has to stop for it, and a copy of the old one opens nothing any more.
import { createHash, hkdfSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { QueryPool } from '../database/scoped-pool.ts';
import { MasterKey } from './personal-data.ts';
import { decrypt, encrypt } from './sealing.ts';

const BOUND = 'data-key';

/** The installation's key, which wraps the data key and does nothing else. */
export class WrappingKey {
  readonly id: string;
  readonly #bytes: Buffer;
  readonly #key: Buffer;

  /** `from` is named when the text is not 32 bytes in base64; the text never is. */
  constructor(text: string, from: string) {
    this.#bytes = Buffer.from(text.trim(), 'base64');
    if (this.#bytes.length !== 32) throw new Error(`${from} must hold 32 bytes in base64`);
    this.#key = Buffer.from(hkdfSync('sha256', this.#bytes, Buffer.alloc(0), 'muster/wrapping-key', 32));
    this.id = createHash('sha256').update('muster/wrapping-key-id').update(this.#key).digest('hex').slice(0, 16);
  }

  static fromFile(path: string): WrappingKey {
    return new WrappingKey(readFileSync(path, 'utf8'), path);
  }

  wrap(dataKey: Buffer): Buffer {
    return encrypt(this.#key, dataKey, BOUND);
  }

  unwrap(wrapped: Buffer): Buffer {
    return decrypt(this.#key, wrapped, BOUND);
  }

  /** Releases before this one derived everything from the file itself; what they sealed must stay readable. */
  get asOldReleasesUsedIt(): Buffer {
    return this.#bytes;
  }
}

/** The data key, made by whoever starts first. Throws when it lies there under other keys only. */
export async function openMasterKey(pool: QueryPool, key: WrappingKey): Promise<MasterKey> {
  const known = await unwrapped(pool, key);
  if (known) return new MasterKey(known);
  const { rows } = await pool.query<{ others: boolean; sealed: boolean }>(
    // Under our own it may have come to lie a moment ago: processes of a first start arrive together.
    `select exists (select 1 from vault.data_keys where wrapping_key <> $1) as others,
       exists (select 1 from vault.subject_keys) as sealed`,
    [key.id],
  );
  if (rows[0]?.others === true) {
    throw new Error(
      `What is sealed in this database is under another key than ${key.id}: give the newest secrets.key, or run muster secrets rewrap`,
    );
  }
  const made = rows[0]?.sealed === true ? key.asOldReleasesUsedIt : randomBytes(32);
  await pool.query('insert into vault.data_keys (wrapping_key, wrapped) values ($1, $2) on conflict do nothing', [
    key.id,
    key.wrap(made),
  ]);
  const kept = await unwrapped(pool, key);
  if (!kept) throw new Error('the data key could not be kept');
  return new MasterKey(kept);
}

/** Lets another key open the data key as well. Answers false when it could already. */
export async function alsoWrapUnder(pool: QueryPool, present: WrappingKey, next: WrappingKey): Promise<boolean> {
  const dataKey = await unwrapped(pool, present);
  if (!dataKey) throw new Error(`the data key is not under ${present.id}`);
  const { rowCount } = await pool.query(
    'insert into vault.data_keys (wrapping_key, wrapped) values ($1, $2) on conflict do nothing',
    [next.id, next.wrap(dataKey)],
  );
  return rowCount === 1;
}

/** From now on only this key opens the data key. Answers the keys that no longer do. */
export async function retireAllBut(pool: QueryPool, present: WrappingKey): Promise<string[]> {
  if (!(await unwrapped(pool, present))) throw new Error(`the data key is not under ${present.id}`);
  const { rows } = await pool.query<{ wrapping_key: string }>(
    'delete from vault.data_keys where wrapping_key <> $1 returning wrapping_key',
    [present.id],
  );
  return rows.map((row) => row.wrapping_key);
}

async function unwrapped(pool: QueryPool, key: WrappingKey): Promise<Buffer | null> {
  const { rows } = await pool.query<{ wrapped: Buffer }>(
    'select wrapped from vault.data_keys where wrapping_key = $1',
    [key.id],
  );
  return rows[0] ? key.unwrap(rows[0].wrapped) : null;
}
