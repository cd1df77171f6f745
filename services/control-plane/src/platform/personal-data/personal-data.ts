// Personal fields are ciphertext from the first event on: AES-256-GCM under a key per data subject. The subject keys lie
// wrapped in `vault.subject_keys`; erasing a person deletes that row, and every copy of the ciphertext goes dark.
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { QueryPool } from '../database/scoped-pool.ts';

const ALGORITHM = 'aes-256-gcm';

function encrypt(key: Uint8Array, plain: Uint8Array, bound: string): Buffer {
  const iv = randomBytes(12);
  const cipher = createCipheriv(ALGORITHM, key, iv).setAAD(Buffer.from(bound));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

/** Throws when the bytes were changed, or belong to another subject. */
function decrypt(key: Uint8Array, sealed: Buffer, bound: string): Buffer {
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, 12))
    .setAAD(Buffer.from(bound))
    .setAuthTag(sealed.subarray(12, 28));
  return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]);
}

/** Derives the keys of this installation from its one secret file. */
export class MasterKey {
  readonly #master: Buffer;
  constructor(path: string) {
    this.#master = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64');
    if (this.#master.length !== 32) throw new Error(`${path} must hold 32 bytes in base64`);
  }
  derive(purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#master, Buffer.alloc(0), `muster/${purpose}`, 32));
  }
}

/** Secrets at rest (second-factor seeds): sealed under the installation's key, bound to what they belong to. */
export class SecretBox {
  readonly #key: Buffer;
  constructor(master: MasterKey, purpose: string) {
    this.#key = master.derive(purpose);
  }
  seal(plain: string, bound: string): Buffer {
    return encrypt(this.#key, Buffer.from(plain), bound);
  }
  open(sealed: Buffer, bound: string): string {
    return decrypt(this.#key, sealed, bound).toString('utf8');
  }
  /** A keyed hash: equal inputs can be seen, the input cannot be read or guessed without the key. */
  tag(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('hex');
  }
}

export class PersonalData {
  readonly #pool: QueryPool;
  readonly #wrapping: Buffer;
  readonly #keys = new Map<string, Buffer>();

  constructor(pool: QueryPool, master: MasterKey) {
    this.#pool = pool;
    this.#wrapping = master.derive('subject-keys');
  }

  async #keyOf(subject: string, create: boolean): Promise<Buffer | null> {
    const known = this.#keys.get(subject);
    if (known) return known;
    if (create) {
      const fresh = encrypt(this.#wrapping, randomBytes(32), subject);
      await this.#pool.query(
        'insert into vault.subject_keys (subject_id, wrapped) values ($1, $2) on conflict (subject_id) do nothing',
        [subject, fresh],
      );
    }
    const { rows } = await this.#pool.query<{ wrapped: Buffer }>(
      'select wrapped from vault.subject_keys where subject_id = $1',
      [subject],
    );
    const row = rows[0];
    if (!row) return null;
    const key = decrypt(this.#wrapping, row.wrapped, subject);
    // Bounded: a process that lives long meets many people.
    if (this.#keys.size > 5000) this.#keys.clear();
    this.#keys.set(subject, key);
    return key;
  }

  /** `sealed:1:<subject>:<base64>` */
  async seal(subject: string, plain: string): Promise<string> {
    const key = await this.#keyOf(subject, true);
    if (!key) throw new Error('a subject key could not be made');
    return `sealed:1:${subject}:${encrypt(key, Buffer.from(plain), subject).toString('base64')}`;
  }

  /** null when the subject was erased. */
  async open(sealed: string): Promise<string | null> {
    const [, , subject, body] = sealed.split(':');
    if (!subject || !body) throw new TypeError('not a sealed field');
    const key = await this.#keyOf(subject, false);
    return key ? decrypt(key, Buffer.from(body, 'base64'), subject).toString('utf8') : null;
  }

  /** Called when a person is erased, in every process. */
  forget(subject: string): void {
    this.#keys.delete(subject);
  }
}
