// Files of an installation: whole or not at all, and readable by nobody but their owner unless said otherwise.
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

export async function writePrivate(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const unfinished = `${path}.unfinished`;
  await writeFile(unfinished, content, { mode });
  // The mode of writeFile is cut by the umask, and says nothing when the file was there.
  await chmod(unfinished, mode);
  await rename(unfinished, path);
}
