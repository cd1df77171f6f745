// What a stack runs: a release's own compose file, and the images that its own Dockerfiles make.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PREVIOUS_RELEASE } from '../compatibility/previous-release.ts';
import { unpackPrevious } from '../compatibility/previous-source.ts';
import { docker, tryDocker } from '../lab/docker.ts';

const CLONE = join(import.meta.dirname, '../..');
const NODE_IMAGE = process.env['NODE_IMAGE'] ?? 'node:24-bookworm-slim';
const BUILD_DEADLINE_MS = 300_000;

export interface Release {
  /** With its docker-compose.yml. */
  readonly folder: string;
  readonly image: string;
  readonly proxyImage: string;
}

/** What is built from this clone. */
export const PRESENT: Release = { folder: CLONE, image: 'muster:local', proxyImage: 'muster-proxy:local' };

/** The release before, unpacked into `folder`. Its images bear its commit's name, because a commit does not change. */
export async function previousRelease(folder: string): Promise<Release> {
  await unpackPrevious(folder);
  await askForHealthOften(join(folder, 'docker-compose.yml'));
  const name = `${PREVIOUS_RELEASE.version}-${PREVIOUS_RELEASE.commit.slice(0, 12)}`;
  return { folder, image: `muster:${name}`, proxyImage: `muster-proxy:${name}` };
}

export async function isBuilt({ image, proxyImage }: Release): Promise<boolean> {
  return (await tryDocker(['image', 'inspect', image, proxyImage])).code === 0;
}

/**
 * The base image with npm's cache, as the build of the present release left it: the lockfile of the release before names no
 * package that the present one lacks, so that nothing of it has to be fetched. The present release is built already.
 */
export async function nodeWithPackages(): Promise<string> {
  const [built, name] = ['muster:built-under-test', 'muster-node:with-packages'];
  const stage = ['--target', 'build', '--build-arg', `NODE_IMAGE=${NODE_IMAGE}`];
  const dockerfile = join(CLONE, 'deploy/images/muster.Dockerfile');
  await docker(['build', '-q', ...stage, '-t', built, '-f', dockerfile, CLONE], BUILD_DEADLINE_MS);
  const file = `FROM ${NODE_IMAGE}\nCOPY --from=${built} /root/.npm /root/.npm\nENV npm_config_prefer_offline=true\n`;
  await docker(['build', '-q', '-t', name, '-'], BUILD_DEADLINE_MS, file);
  return name;
}

/** Every 10 s is long for a test; later releases ask for it with a variable. */
async function askForHealthOften(path: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace('interval: 10s', 'interval: ${MUSTER_HEALTH_INTERVAL:-10s}'));
}
