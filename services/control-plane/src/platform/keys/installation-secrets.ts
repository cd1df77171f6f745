// Secrets of an installation that are no signing keys, made once and kept in files that only their owner reads: passwords
// of the database's roles and of Redis, and the key that encrypts secrets at rest.
import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LOGIN_ROLES, type LoginRole } from '@muster/migrations/runner';

export interface Secrets {
  superuser: string;
  queue: string;
  redis: string;
  roles: Record<LoginRole, string>;
}

export async function secrets(folder: string): Promise<Secrets> {
  const path = join(folder, 'database-passwords.json');
  const kept = await readKept(path);
  const roles: Partial<Record<LoginRole, string>> = {};
  for (const role of LOGIN_ROLES) roles[role] = kept?.roles[role] ?? password();
  const made = {
    superuser: kept?.superuser ?? password(),
    queue: kept?.queue ?? password(),
    redis: kept?.redis ?? password(),
    roles: roles as Record<LoginRole, string>,
  };
  const unfinished = `${path}.unfinished`;
  await writeFile(unfinished, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
  await rename(unfinished, path);
  return made;
}

/** The file whose key encrypts secrets at rest. Lost, it takes every sealed field with it; so it is never made twice. */
export async function secretFile(folder: string): Promise<string> {
  const path = join(folder, 'secrets.key');
  try {
    await writeFile(path, randomBytes(32).toString('base64'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return path;
}

/** What an earlier release kept may lack a newer one's secrets. */
async function readKept(path: string): Promise<(Omit<Secrets, 'redis'> & { redis?: string }) | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Secrets;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function password(): string {
  return randomBytes(24).toString('base64url');
}
