// Takes over a file that a process without rights downloaded: a plain file, copied once into our own folder while it is
// hashed. Only the copy is used, so that nothing can be changed after it was judged.
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { isAbsent } from '../../host/files.ts';

const CHUNK = 1024 * 1024;

export interface WantedFile {
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** `absent`: not there yet. `other`: it is there and is not what was asked for; the copy is gone. */
export async function takeFile(path: string, wanted: WantedFile, copy: string): Promise<'taken' | 'absent' | 'other'> {
  const from = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (error: unknown) => {
      if (isAbsent(error)) return 'absent' as const;
      // A link, or something that is no file at all.
      return 'other' as const;
    },
  );
  if (typeof from === 'string') return from;
  try {
    const stat = await from.stat();
    if (!stat.isFile() || stat.size !== wanted.bytes) return 'other';
    await rm(copy, { force: true });
    const to = await open(
      copy,
      constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW,
      0o600,
    );
    const hash = createHash('sha256');
    try {
      const buffer = Buffer.alloc(CHUNK);
      for (let at = 0; at < wanted.bytes;) {
        const { bytesRead } = await from.read(buffer, 0, Math.min(CHUNK, wanted.bytes - at), at);
        if (bytesRead === 0) break;
        const part = buffer.subarray(0, bytesRead);
        hash.update(part);
        await to.writeFile(part);
        at += bytesRead;
      }
      await to.datasync();
    } finally {
      await to.close();
    }
    if (hash.digest('hex') === wanted.sha256) return 'taken';
    await rm(copy, { force: true });
    return 'other';
  } finally {
    await from.close();
  }
}
