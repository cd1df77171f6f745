// The last checkpoint this machine signed, on its own disk: beyond the reach of whoever can rewrite the database. A
// log that is shorter than the mark, or another one, is never signed.
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const schema = z.strictObject({
  origin: z.string(),
  size: z.int().nonnegative(),
  /** hexadecimal */
  root: z.string(),
});
export type SignedMark = z.infer<typeof schema>;

export class SignedMarkFile {
  readonly #path: string;

  /** `folder`: next to the ledger key. */
  constructor(folder: string) {
    this.#path = join(folder, 'ledger.signed.json');
  }

  /** Null before the first signature. Throws when the file is damaged: then nobody knows what was signed. */
  read(): SignedMark | null {
    return existsSync(this.#path) ? schema.parse(JSON.parse(readFileSync(this.#path, 'utf8'))) : null;
  }

  /** On disk before the signature leaves this process. */
  write(mark: SignedMark): void {
    const temporary = `${this.#path}.${process.pid}.new`;
    const file = openSync(temporary, 'w', 0o600);
    try {
      writeSync(file, JSON.stringify(mark));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, this.#path);
  }
}
