// Where the local start keeps everything it keeps. MUSTER_DATA if set, else `.muster` in the clone; where PostgreSQL's
// user cannot get to that (root, from a clone under /root), a folder under /var/lib, and it says so.
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { canReach, type UnprivilegedUser } from './processes/unprivileged-user.ts';

export interface DataFolder {
  path: string;
  postgres: string;
  keys: string;
  agent: string;
  redis: string;
  logs: string;
  /** The agent's tarballs and install script. */
  releases: string;
}

export async function dataFolder(
  clone: string,
  user: UnprivilegedUser | undefined,
  say: (sentence: string) => void,
): Promise<DataFolder> {
  const asked = process.env['MUSTER_DATA'];
  const path = resolve(asked === undefined || asked === '' ? join(clone, '.muster') : asked);
  if (user === undefined || canReach(user, nearestExisting(path))) return await layOut(path);
  if (asked !== undefined && asked !== '') {
    throw new Error(
      `MUSTER_DATA is ${path}, but PostgreSQL runs as user "${user.name}" (it refuses root), who cannot get there. Choose a folder he can reach, for example under /var/lib, or start Muster as the user who owns ${path}.`,
    );
  }
  const elsewhere = join('/var/lib/muster-local', createHash('sha256').update(clone).digest('hex').slice(0, 12));
  say(
    `Data is kept in ${elsewhere}: PostgreSQL runs as user "${user.name}" (it refuses root), who cannot get to ${path}. Set MUSTER_DATA for another place.`,
  );
  return await layOut(elsewhere);
}

async function layOut(path: string): Promise<DataFolder> {
  const folder: DataFolder = {
    path,
    postgres: join(path, 'postgres'),
    keys: join(path, 'keys'),
    agent: join(path, 'agent'),
    redis: join(path, 'redis'),
    logs: join(path, 'logs'),
    releases: join(path, 'releases'),
  };
  // PostgreSQL's user has to pass through the folder itself; what is private inside has its own mode.
  await mkdir(path, { recursive: true, mode: 0o711 });
  for (const inner of [folder.keys, folder.agent, folder.redis, folder.logs, folder.releases]) {
    await mkdir(inner, { recursive: true, mode: 0o700 });
  }
  return folder;
}

function nearestExisting(path: string): string {
  let folder = path;
  while (folder !== dirname(folder)) {
    if (existsAsFolder(folder)) return folder;
    folder = dirname(folder);
  }
  return folder;
}

function existsAsFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
