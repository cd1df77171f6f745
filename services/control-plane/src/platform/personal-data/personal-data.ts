// Personal fields are ciphertext from the first event on: AES-256-GCM under a key per data subject. The subject keys lie
// wrapped in `vault.subject_keys`; erasing a person deletes that row, and every copy of the ciphertext goes dark.
import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { isUuid } from '@muster/kernel/ids';
import { Gathered } from '../database/gathered.ts';
import type { QueryPool } from '../database/scoped-pool.ts';
import { decrypt, encrypt } from './sealing.ts';

/** A subject was erased; payload `{ subject }`. Whoever remembers the key forgets it at once. */
export const SUBJECT_ERASED = 'personal-data.subject-erased';
/** A hint can be lost; a remembered key cannot outlive this. */
const REMEMBERED_MS = 30_000;

/** Derives the keys of this installation, one for each purpose, from its data key (data-key.ts). */
export class MasterKey {
  readonly #master: Buffer;
  constructor(dataKey: Buffer) {
    this.#master = dataKey;
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

/** Cut off, changed, moved here from elsewhere, or sealed under a key that is no longer there. */
class Unreadable extends Error {
  constructor(cause?: unknown) {
    super('a sealed field cannot be read', { cause });
  }
}

export class PersonalData {
  readonly #pool: QueryPool;
  readonly #wrapping: Buffer;
  readonly #keys = new Map<string, { readonly key: Buffer; readonly at: number }>();
  /** A page names three hundred people: their keys are one statement, not three hundred. */
  readonly #stored: Gathered<string, Buffer | undefined>;

  constructor(pool: QueryPool, master: MasterKey) {
    this.#pool = pool;
    this.#stored = new Gathered((subjects) => this.#wrapped(subjects));
    this.#wrapping = master.derive('subject-keys');
  }

  async #keyOf(subject: string, create: boolean): Promise<Buffer | null> {
    const known = this.#keys.get(subject);
    if (known && Date.now() - known.at < REMEMBERED_MS) return known.key;
    this.#keys.delete(subject);
    if (create) {
      const fresh = encrypt(this.#wrapping, randomBytes(32), subject);
      await this.#pool.query(
        `insert into vault.subject_keys (subject_id, wrapped) select $1, $2
         where not exists (select 1 from vault.erased_subjects where subject_id = $1)
         on conflict (subject_id) do nothing`,
        [subject, fresh],
      );
    }
    const wrapped = await this.#stored.ask(subject);
    if (!wrapped) return null;
    const key = opened(this.#wrapping, wrapped, subject);
    // Bounded: a process that lives long meets many people.
    if (this.#keys.size > 5000) this.#keys.clear();
    this.#keys.set(subject, { key, at: Date.now() });
    return key;
  }

  async #wrapped(subjects: readonly string[]): Promise<(subject: string) => Buffer | undefined> {
    const { rows } = await this.#pool.query<{ subject: string; wrapped: Buffer }>(
      'select subject_id::text as subject, wrapped from vault.subject_keys where subject_id = any($1::uuid[])',
      [[...new Set(subjects)]],
    );
    const found = new Map(rows.map((row) => [row.subject, row.wrapped]));
    return (subject) => found.get(subject);
  }

  /** `sealed:1:<subject>:<base64>`. What is sealed for an erased subject nobody can open. */
  async seal(subject: string, plain: string): Promise<string> {
    const key = (await this.#keyOf(subject, true)) ?? randomBytes(32);
    return `sealed:1:${subject}:${encrypt(key, Buffer.from(plain), subject).toString('base64')}`;
  }

  /** null when the subject was erased. Throws Unreadable. */
  async open(sealed: string): Promise<string | null> {
    const [, , subject, body] = sealed.split(':');
    if (!subject || !isUuid(subject) || !body) throw new Unreadable();
    const key = await this.#keyOf(subject, false);
    return key ? opened(key, Buffer.from(body, 'base64'), subject).toString('utf8') : null;
  }

  /** As `open`, for whoever can go on without it: undefined when it cannot be read. */
  async openIfReadable(sealed: string): Promise<string | null | undefined> {
    try {
      return await this.open(sealed);
    } catch (error) {
      if (error instanceof Unreadable) return undefined;
      throw error;
    }
  }

  /** In every process, when a person is erased. */
  forget(subject: string): void {
    this.#keys.delete(subject);
  }
}

function opened(key: Uint8Array, sealed: Buffer, bound: string): Buffer {
  try {
    return decrypt(key, sealed, bound);
  } catch (error) {
    throw new Unreadable(error);
  }
}
