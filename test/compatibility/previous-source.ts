// The files of the release before, out of this repository's own history: nothing is downloaded, unless the clone is shallow.
import { execFile as execFileCallback } from 'node:child_process';
import { glob, mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { PREVIOUS_RELEASE } from './previous-release.ts';

const execFile = promisify(execFileCallback);
const CLONE = join(import.meta.dirname, '../..');
const GIT_OPTIONS = { timeout: 30_000, env: { ...process.env, GIT_TERMINAL_PROMPT: '0' } };

/** In this clone, whoever owns its files: a check-out by another user is no attack on a test. */
const git = (...args: string[]) =>
  execFile('git', ['-c', `safe.directory=${CLONE}`, '-C', CLONE, ...args], GIT_OPTIONS);

const succeeds = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  );
const isHeld = (commit: string): Promise<boolean> => succeeds(git('cat-file', '-e', `${commit}^{commit}`));

/** Why it cannot be had here, as a sentence; null when it can. A shallow clone is asked to fetch this one commit. */
export async function whyNoPrevious(): Promise<string | null> {
  const { commit, version } = PREVIOUS_RELEASE;
  if (await isHeld(commit)) return null;
  await succeeds(git('fetch', '--quiet', '--depth=1', 'origin', commit));
  return (await isHeld(commit))
    ? null
    : `This clone does not hold the commit ${commit} of release ${version}: fetch the whole history (git fetch --unshallow)`;
}

/** `parts`: files and folders of that release; all of them when none is named. `folder` goes away with the test. */
export async function unpackPrevious(folder: string, parts: readonly string[] = []): Promise<void> {
  await mkdir(folder, { recursive: true });
  const archive = join(folder, 'release.tar');
  await git('archive', '--output', archive, PREVIOUS_RELEASE.commit, ...parts);
  await execFile('tar', ['-xf', archive, '-C', folder]);
  await rm(archive);
}

/** Gives it packages of others from the clone; our own are the release's, as far as they were unpacked. */
export async function lendModules(folder: string): Promise<void> {
  const lent = join(CLONE, 'node_modules');
  const modules = join(folder, 'node_modules');
  await mkdir(join(modules, '@muster'), { recursive: true });
  for (const name of await readdir(lent)) {
    if (name !== '@muster' && !name.startsWith('.')) await symlink(join(lent, name), join(modules, name));
  }
  for await (const found of glob('{shared/*,services/*,migrations,deploy}/package.json', { cwd: folder })) {
    const part = dirname(found);
    await symlink(join(folder, part), join(modules, '@muster', basename(part)));
  }
}
