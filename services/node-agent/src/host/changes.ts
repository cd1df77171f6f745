// Every file of the host that we change is remembered as it was before, so that leaving puts it back byte for byte. A file
// that somebody else changed after us is left alone and named.
import { chmod, chown, lstat, mkdir, readFile, rm, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sha256Hex } from '@muster/kernel/hashing';
import { z } from 'zod';
import { isAbsent, readIfPresent, writeFileAtomically } from './files.ts';

const change = z.strictObject({
  path: z.string(),
  /** null: the file did not exist. */
  before: z.strictObject({ content: z.string(), mode: z.number(), uid: z.number(), gid: z.number() }).nullable(),
  /** SHA-256 of what we wrote last. */
  written: z.string(),
  /** We made its folder. */
  madeFolder: z.boolean(),
});
type Change = z.infer<typeof change>;

export interface Undone {
  readonly restored: string[];
  readonly left: string[];
}

export class ChangedFiles {
  readonly #recordPath: string;
  #changes: Change[];

  private constructor(recordPath: string, changes: Change[]) {
    this.#recordPath = recordPath;
    this.#changes = changes;
  }

  static async open(recordPath: string): Promise<ChangedFiles> {
    const text = await readIfPresent(recordPath);
    return new ChangedFiles(recordPath, text === undefined ? [] : z.array(change).parse(JSON.parse(text)));
  }

  has(path: string): boolean {
    return this.#changes.some((one) => one.path === path);
  }

  /** The record of what was there is on disk before the file changes. */
  async write(path: string, content: string, mode = 0o644): Promise<void> {
    const known = this.#changes.find((one) => one.path === path);
    const written = sha256Hex(content);
    if (known === undefined) {
      const madeFolder = (await mkdir(dirname(path), { recursive: true, mode: 0o755 })) !== undefined;
      this.#changes.push({ path, before: await stateOf(path), written, madeFolder });
    } else {
      known.written = written;
    }
    await this.#save();
    await writeFileAtomically(path, content, { mode });
  }

  async undo(path: string): Promise<Undone> {
    const known = this.#changes.find((one) => one.path === path);
    if (known === undefined) return { restored: [], left: [] };
    const now = await readFile(path).catch((error: unknown) => {
      if (isAbsent(error)) return undefined;
      throw error;
    });
    let left: string[] = [];
    if (now !== undefined && sha256Hex(now) !== known.written) {
      left = [`${path}: changed by somebody else since, left as it is`];
    } else if (known.before === null) {
      await rm(path, { force: true });
      if (known.madeFolder) await rmdir(dirname(path)).catch(() => undefined);
    } else {
      const { content, mode, uid, gid } = known.before;
      await writeFileAtomically(path, Buffer.from(content, 'base64'), { mode });
      await chown(path, uid, gid);
      await chmod(path, mode);
    }
    this.#changes = this.#changes.filter((one) => one !== known);
    await this.#save();
    return left.length > 0 ? { restored: [], left } : { restored: [path], left };
  }

  async undoAll(): Promise<Undone> {
    const all: Undone = { restored: [], left: [] };
    for (const { path } of [...this.#changes].reverse()) {
      const one = await this.undo(path);
      all.restored.push(...one.restored);
      all.left.push(...one.left);
    }
    return all;
  }

  #save(): Promise<void> {
    return writeFileAtomically(this.#recordPath, JSON.stringify(this.#changes), { mode: 0o600 });
  }
}

async function stateOf(path: string): Promise<Change['before']> {
  try {
    const stat = await lstat(path);
    if (!stat.isFile()) throw new Error(`${path} is not a plain file, so it is not ours to replace`);
    return {
      content: (await readFile(path)).toString('base64'),
      mode: stat.mode & 0o7777,
      uid: stat.uid,
      gid: stat.gid,
    };
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}
