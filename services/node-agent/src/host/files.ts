// Files that must be whole or absent: written beside, synced, renamed, and the folder synced after it.
import { constants } from 'node:fs';
import { lstat, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface FileRights {
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
}

export async function writeFileAtomically(
  path: string,
  content: string | Uint8Array,
  rights: FileRights,
): Promise<void> {
  const beside = `${path}.${process.pid}.new`;
  await rm(beside, { force: true });
  const file = await open(
    beside,
    constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW,
    0o600,
  );
  try {
    await file.writeFile(content);
    if (rights.uid !== undefined || rights.gid !== undefined) await file.chown(rights.uid ?? 0, rights.gid ?? 0);
    await file.chmod(rights.mode);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
  await syncFolder(dirname(path));
}

export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Makes a folder, for its owner alone, in one that is there; one that was made before is left as it is. The folders above
 * are not made: a state folder that vanished must not come back empty, as if nothing had ever been in it.
 */
export async function makeFolderIn(above: string, name: string): Promise<string> {
  const path = join(above, name);
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return path;
}

/** undefined when the file does not exist; any other failure is an error. */
export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** Reads a file that a less privileged process wrote: no links followed, only a plain file, only up to a bound. */
export async function readUntrusted(
  path: string,
  from: number,
  maxBytes: number,
): Promise<{ text: string; next: number }> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new Error(`${path} is not a plain file`);
    const start = stat.size < from ? 0 : from;
    const buffer = Buffer.alloc(Math.min(maxBytes, stat.size - start));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
    return { text: buffer.subarray(0, bytesRead).toString('utf8'), next: start + bytesRead };
  } finally {
    await file.close();
  }
}

/** A policy counts only when nobody but root could have written it. */
export async function isRootOwnedAndUnwritableByOthers(path: string): Promise<boolean> {
  const stat = await lstat(path);
  return stat.isFile() && stat.uid === 0 && (stat.mode & 0o022) === 0;
}

export const isAbsent = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
