// The one PostgreSQL server of a vitest run: started here, or one of yours named by TEST_DATABASE_URL (as superuser).
// Runs in vitest's own process, which reads no workspace from source; so it imports nothing that needs a build.
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findBinaries } from '@muster/deploy/local/postgres/binaries';
import { startServer } from '@muster/deploy/local/postgres/server';
import { unprivilegedUser } from '@muster/deploy/local/processes/unprivileged-user';

/** The environment variable that carries the server's address to the spec files. */
export const POSTGRES_ADDRESS = 'MUSTER_TEST_POSTGRES';
const FOLDER_PREFIX = 'muster-test-';

/** Starts the run's server, unless TEST_DATABASE_URL names one. The answer stops it and removes its folder. */
export async function startPostgresForRun(): Promise<() => Promise<void>> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given !== undefined && given !== '') {
    process.env[POSTGRES_ADDRESS] = given;
    return async () => undefined;
  }
  // Under /var/tmp or /tmp, whatever TMPDIR says: as root the server runs as user postgres, who must get there.
  const parent = existsSync('/var/tmp') ? '/var/tmp' : '/tmp';
  await removeLeftovers(parent);
  const folder = await mkdtemp(join(parent, `${FOLDER_PREFIX}${process.pid}-`));
  await chmod(folder, 0o755);
  const user = unprivilegedUser(console.log);
  const superuserPassword = randomBytes(12).toString('hex');
  const server = await startServer({
    binaries: await findBinaries(user, folder),
    dataFolder: join(folder, 'data'),
    user,
    superuserPassword,
    // Nothing here has to survive a power cut.
    settings: { fsync: 'off', full_page_writes: 'off' },
    say: console.log,
  });
  process.env[POSTGRES_ADDRESS] = server.url('postgres', superuserPassword, 'postgres');
  return async () => {
    await server.stop(10_000);
    await rm(folder, { recursive: true, force: true });
  };
}

/** Folders of runs that were killed: their server has ended by itself, their files have not. */
async function removeLeftovers(parent: string): Promise<void> {
  for (const name of readdirSync(parent).filter((entry) => entry.startsWith(FOLDER_PREFIX))) {
    const pid = Number(name.slice(FOLDER_PREFIX.length).split('-')[0]);
    try {
      process.kill(pid, 0);
    } catch {
      await rm(join(parent, name), { recursive: true, force: true });
    }
  }
}
