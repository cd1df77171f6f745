// The files of a configuration, read within bounds: a loop of includes or a folder of millions ends.
import { glob, lstat, open } from 'node:fs/promises';

export interface ConfigFiles {
  /** undefined: it is not there, may not be read, or is too large. */
  read(path: string): Promise<string | undefined>;
  /** Paths that fit a pattern, in order. */
  matching(pattern: string): Promise<readonly string[]>;
  /** The user id that a path belongs to; of a link, the link's own. */
  ownerOf(path: string): Promise<number | undefined>;
}

const MOST_FILES = 10_000;
const LARGEST = 4 * 1024 * 1024;

/** A new one for every look at the host. */
export function hostFiles(): ConfigFiles {
  let read = 0;
  return {
    async read(path) {
      if (++read > MOST_FILES) return undefined;
      try {
        const file = await open(path, 'r');
        try {
          const stat = await file.stat();
          return stat.isFile() && stat.size <= LARGEST ? await file.readFile('utf8') : undefined;
        } finally {
          await file.close();
        }
      } catch {
        return undefined;
      }
    },
    async matching(pattern) {
      const paths: string[] = [];
      for await (const path of glob(pattern)) {
        if (paths.push(path) >= MOST_FILES) break;
      }
      return paths.sort();
    },
    async ownerOf(path) {
      try {
        return (await lstat(path)).uid;
      } catch {
        return undefined;
      }
    },
  };
}

/** Files that an include means; one that is named without a pattern need not be there. */
export async function included(path: string, base: string, files: ConfigFiles): Promise<readonly string[]> {
  if (path === '' || path.includes('$')) return [];
  const absolute = path.startsWith('/') ? path : `${base}/${path}`;
  return /[*?[]/.test(absolute) ? files.matching(absolute) : [absolute];
}
