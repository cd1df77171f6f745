// The agent of the release before, built from this repository's own history with that release's own build script: the one
// file that its servers run. Nothing is downloaded; what its commit does not hold (esbuild, ws, zod) comes from the clone.
import { execFile as execFileCallback } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PREVIOUS_RELEASE } from './previous-release.ts';

const execFile = promisify(execFileCallback);
const CLONE = join(import.meta.dirname, '../..');
const PARTS = ['services/node-agent', 'shared/contracts', 'shared/kernel'];

/** In this clone, whoever owns its files: a check-out by another user is no attack on a test. */
const git = (...args: string[]) =>
  execFile('git', ['-c', `safe.directory=${CLONE}`, '-C', CLONE, ...args], GIT_OPTIONS);
const GIT_OPTIONS = { timeout: 30_000, env: { ...process.env, GIT_TERMINAL_PROMPT: '0' } };

const succeeds = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  );
const isHeld = (commit: string): Promise<boolean> => succeeds(git('cat-file', '-e', `${commit}^{commit}`));

/** Why it cannot be built here, as a sentence; null when it can. A shallow clone is asked to fetch this one commit. */
export async function whyNoPreviousAgent(): Promise<string | null> {
  const { commit, version } = PREVIOUS_RELEASE;
  if (await isHeld(commit)) return null;
  await succeeds(git('fetch', '--quiet', '--depth=1', 'origin', commit));
  return (await isHeld(commit))
    ? null
    : `This clone does not hold the commit ${commit} of release ${version}: fetch the whole history (git fetch --unshallow)`;
}

/** Answers the path of the bundle. `folder` is empty and goes away with the test. */
export async function buildPreviousAgent(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const archive = join(folder, 'release.tar');
  await git('archive', '--output', archive, PREVIOUS_RELEASE.commit, ...PARTS);
  await execFile('tar', ['-xf', archive, '-C', folder]);
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
