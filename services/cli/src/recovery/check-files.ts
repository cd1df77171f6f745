// Before anything of a backup is used: is each of its files there, and is it the one that was written?
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Manifest } from './manifest.ts';

/** A sentence for each file that is missing or different. */
export async function wrongFiles(folder: string, { tables }: Manifest): Promise<string[]> {
  const wrong: string[] = [];
  for (const { name, file, sha256 } of tables) {
    const sum = createHash('sha256');
    try {
      await pipeline(createReadStream(join(folder, file)), sum);
    } catch {
      wrong.push(`${file} (${name}) cannot be read`);
      continue;
    }
    if (sum.digest('hex') !== sha256) wrong.push(`${file} (${name}) is not the file that was written`);
  }
  return wrong;
}
