// The agent of the release before, built from this repository's own history with that release's own build script: the one
// file that its servers run. Nothing is downloaded; what its commit does not hold (esbuild, ws, zod) comes from the clone.
import { execFile as execFileCallback } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PREVIOUS_RELEASE } from './previous-release.ts';
import { unpackPrevious } from './previous-source.ts';

const execFile = promisify(execFileCallback);
const CLONE = join(import.meta.dirname, '../..');
const PARTS = ['services/node-agent', 'shared/contracts', 'shared/kernel'];

/** Answers the path of the bundle. `folder` is empty and goes away with the test. */
export async function buildPreviousAgent(folder: string): Promise<string> {
  await unpackPrevious(folder, PARTS);
  await lendModules(folder);
  const agent = join(folder, 'services/node-agent');
  await execFile(process.execPath, [join(agent, 'build.ts')], { cwd: agent });
  const bundle = join(agent, 'dist/muster-agent.mjs');
  if (!existsSync(bundle)) throw new Error(`The build script of ${PREVIOUS_RELEASE.version} made no ${bundle}`);
  return bundle;
}

/** Packages of others from the clone; our own are the release's. */
async function lendModules(folder: string): Promise<void> {
  const lent = join(CLONE, 'node_modules');
  await mkdir(join(folder, 'node_modules/@muster'), { recursive: true });
  for (const name of await readdir(lent)) {
    if (name !== '@muster' && !name.startsWith('.'))
      await symlink(join(lent, name), join(folder, 'node_modules', name));
  }
  for (const part of ['contracts', 'kernel']) {
    await symlink(join(folder, 'shared', part), join(folder, 'node_modules/@muster', part));
  }
}
